# zstd and zlib, fetched as sources: the same files are compiled natively and to wasm.
#
#   zstd_decoder  zlib_decoder   what the engine links
#   zstd_encoder  zlib_encoder   added for tools and tests that write such files
#
# Where the URLs cannot be reached, name an unpacked source tree with -DFETCHCONTENT_SOURCE_DIR_ZSTD=…
# or -DFETCHCONTENT_SOURCE_DIR_ZLIB=…; script/bootstrap puts Debian's into .cache/sources, found here.

include(FetchContent)

# SOURCE_SUBDIR names no folder on purpose: their own build files are not wanted, only their sources.
FetchContent_Declare(zstd
  URL https://github.com/facebook/zstd/releases/download/v1.5.5/zstd-1.5.5.tar.gz
  URL_HASH SHA256=9c4396cc829cfae319a6e2615202e82aad41372073482fce286fac78646d3ee4
  DOWNLOAD_EXTRACT_TIMESTAMP TRUE
  SOURCE_SUBDIR sources-only)
FetchContent_Declare(zlib
  URL https://github.com/madler/zlib/releases/download/v1.3.1/zlib-1.3.1.tar.gz
  URL_HASH SHA256=9a93b2b7dfdac77ceba5a558a580e74667dd6fede4585b91eefb60f03b72df23
  DOWNLOAD_EXTRACT_TIMESTAMP TRUE
  SOURCE_SUBDIR sources-only)

foreach(name IN ITEMS zstd zlib)
  string(TOUPPER ${name} upper)
  set(local "${PROJECT_SOURCE_DIR}/.cache/sources/${name}")
  if(NOT FETCHCONTENT_SOURCE_DIR_${upper} AND IS_DIRECTORY "${local}")
    set(FETCHCONTENT_SOURCE_DIR_${upper} "${local}")
  endif()
endforeach()
FetchContent_MakeAvailable(zstd zlib)

function(add_third_party target include_dir)
  add_library(${target} STATIC EXCLUDE_FROM_ALL ${ARGN})
  target_include_directories(${target} SYSTEM PUBLIC "${include_dir}")
  # Optimised in every preset: a decoder without optimisation makes the tests ten times slower.
  target_compile_options(${target} PRIVATE -w -O3 $<$<BOOL:${SONDE_SANITIZE}>:-fno-sanitize=undefined>)
  set_target_properties(${target} PROPERTIES C_EXTENSIONS ON)
endfunction()

# No -msimd128 for zstd in wasm: measured, its decoder falls from 657 to 435 MB/s.
file(GLOB zstd_decoder_sources "${zstd_SOURCE_DIR}/lib/common/*.c" "${zstd_SOURCE_DIR}/lib/decompress/*.c")
file(GLOB zstd_encoder_sources "${zstd_SOURCE_DIR}/lib/compress/*.c")
add_third_party(zstd_decoder "${zstd_SOURCE_DIR}/lib" ${zstd_decoder_sources})
add_third_party(zstd_encoder "${zstd_SOURCE_DIR}/lib" ${zstd_encoder_sources})
foreach(target IN ITEMS zstd_decoder zstd_encoder)
  target_compile_definitions(${target} PRIVATE ZSTD_DISABLE_ASM=1 ZSTD_LEGACY_SUPPORT=0)
endforeach()
target_link_libraries(zstd_encoder PUBLIC zstd_decoder)

set(zlib_decoder_sources inflate.c inffast.c inftrees.c adler32.c crc32.c zutil.c)
set(zlib_encoder_sources deflate.c trees.c compress.c)
list(TRANSFORM zlib_decoder_sources PREPEND "${zlib_SOURCE_DIR}/")
list(TRANSFORM zlib_encoder_sources PREPEND "${zlib_SOURCE_DIR}/")
add_third_party(zlib_decoder "${zlib_SOURCE_DIR}" ${zlib_decoder_sources})
add_third_party(zlib_encoder "${zlib_SOURCE_DIR}" ${zlib_encoder_sources})
target_link_libraries(zlib_encoder PUBLIC zlib_decoder)
