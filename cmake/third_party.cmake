# zstd, zlib, lz4, brotli and picohttpparser, fetched as sources: the same files are compiled natively and to wasm.
#
#   zstd_decoder  zstd_encoder  zlib_decoder  lz4_decoder  brotli_decoder   what the engine links (in wasm brotli is a module of its own)
#   zlib_encoder                                                            added for tools and tests that write such files
#   picohttpparser                                                          the server's, natively only
#
# Where the URLs cannot be reached, name unpacked source trees with -DFETCHCONTENT_SOURCE_DIR_ZSTD=… (ZLIB, LZ4,
# BROTLI); script/bootstrap puts what it can get into .cache/sources, found here.

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
FetchContent_Declare(lz4
  URL https://github.com/lz4/lz4/releases/download/v1.9.4/lz4-1.9.4.tar.gz
  URL_HASH SHA256=0b0e3aa07c8c063ddf40b082bdf7e37a1562bda40a0ff5272957f3e987e0e54b
  DOWNLOAD_EXTRACT_TIMESTAMP TRUE
  SOURCE_SUBDIR sources-only)
FetchContent_Declare(brotli
  URL https://github.com/google/brotli/archive/refs/tags/v1.1.0.tar.gz
  URL_HASH SHA256=e720a6ca29428b803f4ad165371771f5398faba397edf6778837a18599ea13ff
  DOWNLOAD_EXTRACT_TIMESTAMP TRUE
  SOURCE_SUBDIR sources-only)

set(third_party zstd zlib lz4 brotli)
if(NOT EMSCRIPTEN)
  FetchContent_Declare(picohttpparser
    URL https://github.com/h2o/picohttpparser/archive/f8d0513f1a7a111f2597d643b073935a8afaf9e5.tar.gz
    URL_HASH SHA256=f5bbbd3f2dab84faaa63444c68793c217e83f7963ba5c658e3b03d1c402ebff6
    DOWNLOAD_EXTRACT_TIMESTAMP TRUE
    SOURCE_SUBDIR sources-only)
  list(APPEND third_party picohttpparser)
endif()
foreach(name IN LISTS third_party)
  string(TOUPPER ${name} upper)
  set(local "${PROJECT_SOURCE_DIR}/.cache/sources/${name}")
  if(NOT FETCHCONTENT_SOURCE_DIR_${upper} AND IS_DIRECTORY "${local}")
    set(FETCHCONTENT_SOURCE_DIR_${upper} "${local}")
  endif()
endforeach()
FetchContent_MakeAvailable(${third_party})

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

# Levels 1 to 3 without a dictionary take the match finders "fast" and "double fast" only. In the module every other one is an
# other name for "fast", so that its code is not linked: 30 of 66 kB after brotli.
if(EMSCRIPTEN)
  set(names fast_dictMatchState fast_extDict doubleFast_dictMatchState doubleFast_extDict)
  foreach(strategy IN ITEMS greedy lazy lazy2 btlazy2 btopt btultra btultra2)
    foreach(kind IN ITEMS "" _dictMatchState _extDict _dedicatedDictSearch)
      list(APPEND names ${strategy}${kind} ${strategy}${kind}_row)
    endforeach()
  endforeach()
  list(TRANSFORM names REPLACE "(.+)" "ZSTD_compressBlock_\\1=ZSTD_compressBlock_fast")
  set_source_files_properties("${zstd_SOURCE_DIR}/lib/compress/zstd_compress.c" PROPERTIES COMPILE_DEFINITIONS "${names}")
  # Blocks have no windows of 16 MB and more, for which zstd reads ahead; of the rest what runs once a block is made small.
  target_compile_definitions(zstd_decoder PRIVATE ZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT)
  foreach(name IN ITEMS compress/zstd_compress compress/zstd_compress_superblock compress/zstd_ldm compress/fse_compress
      common/entropy_common common/fse_decompress decompress/zstd_decompress decompress/zstd_ddict)
    set_source_files_properties("${zstd_SOURCE_DIR}/lib/${name}.c" PROPERTIES COMPILE_OPTIONS "-Oz")
  endforeach()
endif()

set(zlib_decoder_sources inflate.c inffast.c inftrees.c adler32.c crc32.c zutil.c)
set(zlib_encoder_sources deflate.c trees.c compress.c)
list(TRANSFORM zlib_decoder_sources PREPEND "${zlib_SOURCE_DIR}/")
list(TRANSFORM zlib_encoder_sources PREPEND "${zlib_SOURCE_DIR}/")
add_third_party(zlib_decoder "${zlib_SOURCE_DIR}" ${zlib_decoder_sources})
add_third_party(zlib_encoder "${zlib_SOURCE_DIR}" ${zlib_encoder_sources})
target_link_libraries(zlib_encoder PUBLIC zlib_decoder)

# The tables of its checksum do not compress: the module makes them when they are first needed.
if(EMSCRIPTEN)
  set_source_files_properties("${zlib_SOURCE_DIR}/crc32.c" PROPERTIES COMPILE_DEFINITIONS DYNAMIC_CRC_TABLE)
  set_source_files_properties("${zlib_SOURCE_DIR}/inflate.c" "${zlib_SOURCE_DIR}/inftrees.c" PROPERTIES COMPILE_OPTIONS "-Oz")
endif()

# One file holds its block decoder (and its encoder, which the linker drops).
add_third_party(lz4_decoder "${lz4_SOURCE_DIR}/lib" "${lz4_SOURCE_DIR}/lib/lz4.c")

file(GLOB brotli_decoder_sources "${brotli_SOURCE_DIR}/c/common/*.c" "${brotli_SOURCE_DIR}/c/dec/*.c")
add_third_party(brotli_decoder "${brotli_SOURCE_DIR}/c/include" ${brotli_decoder_sources})

if(NOT EMSCRIPTEN)
  add_third_party(picohttpparser "${picohttpparser_SOURCE_DIR}" "${picohttpparser_SOURCE_DIR}/picohttpparser.c")
endif()
