# Toolchain of the wasm preset: whichever emcc is on PATH, Debian's package or an emsdk.
# Debian's emcc looks for its JavaScript packages where only Debian's node finds them by itself, so NODE_PATH
# says where; the launchers carry it so that a plain `ninja` works too.

find_program(SONDE_EMCC emcc REQUIRED)
execute_process(COMMAND em-config EMSCRIPTEN_ROOT OUTPUT_VARIABLE SONDE_EMSCRIPTEN_ROOT
  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)

if(SONDE_EMSCRIPTEN_ROOT MATCHES "^/usr/share/")
  set(ENV{NODE_PATH} /usr/share/nodejs)
  set(CMAKE_C_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env NODE_PATH=/usr/share/nodejs)
  set(CMAKE_C_LINKER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()

include("${SONDE_EMSCRIPTEN_ROOT}/cmake/Modules/Platform/Emscripten.cmake")
