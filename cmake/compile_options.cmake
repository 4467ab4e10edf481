# How our own C is compiled. Third-party sources get none of the warnings (see third_party.cmake).

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
string(REPLACE "-O2" "-O3" CMAKE_C_FLAGS_RELEASE "${CMAKE_C_FLAGS_RELEASE}")

if(NOT EMSCRIPTEN AND NOT CMAKE_C_COMPILER_LAUNCHER)
  find_program(SONDE_CCACHE ccache)
  if(SONDE_CCACHE)
    set(CMAKE_C_COMPILER_LAUNCHER "${SONDE_CCACHE}")
  endif()
endif()

if(SONDE_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1)
  add_link_options(-fsanitize=address,undefined)
endif()
if(SONDE_FUZZ)
  # Coverage feedback for libFuzzer; replayed as plain tests it costs little.
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()

add_library(sonde_options INTERFACE)
target_compile_options(sonde_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  # The same bits from the same numbers on every machine: no fused multiply-add behind our back.
  -ffp-contract=off)
if(SONDE_DEVELOPER)
  target_compile_options(sonde_options INTERFACE -Werror)
endif()
if(EMSCRIPTEN)
  target_compile_options(sonde_options INTERFACE -msimd128)
endif()
