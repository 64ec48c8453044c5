# Our warnings are errors; the headers of others are SYSTEM and do not count.
add_library(morpheus_flags INTERFACE)
# The first three: g++ 12 reports std::string's own code (GCC PR 105651, 105329); the last: Asio's allocation of coroutine
# frames, when only half of it is inlined. ASan holds all four.
target_compile_options(morpheus_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Werror
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-stringop-overread -Wno-stringop-overflow
                              -Wno-mismatched-new-delete>)
target_include_directories(morpheus_flags INTERFACE ${CMAKE_SOURCE_DIR})
if(MORPHEUS_SANITIZE)
  add_compile_options(-fsanitize=${MORPHEUS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${MORPHEUS_SANITIZE})
  # clang 14 cannot assemble coroutines with it: "Cannot represent a difference across sections".
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    add_compile_options(-fno-sanitize=function)
  endif()
  if(MORPHEUS_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link -O1)
  endif()
endif()

# Most of a file's time goes into the templates of Asio, Beast and json that it shares with its neighbours, so several are
# compiled as one. Names in the anonymous namespaces of one target must differ for that.
if(MORPHEUS_UNITY)
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)
  # Each file is included, so g++ takes its anonymous namespace for one of a header.
  target_compile_options(morpheus_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

# morpheus_library(NAME FILES... ) makes a library of one folder; the folder's link list is its include direction.
function(morpheus_library name)
  add_library(${name} STATIC ${ARGN})
  target_link_libraries(${name} PUBLIC morpheus_flags)
endfunction()

# morpheus_precompile(NAME) reuses the precompiled Asio and Beast headers; for targets that link morpheus_asio.
function(morpheus_precompile name)
  if(MORPHEUS_PRECOMPILE)
    target_precompile_headers(${name} REUSE_FROM morpheus_asio)
  endif()
endfunction()

# morpheus_test(NAME FILES... [PROPERTIES PROPERTY VALUE...] [COMPUTES SUITES...] [NOT_SANITIZED SUITES...]) makes a GoogleTest
# program and registers each of its cases with CTest, with those properties. Tests wait for servers and clocks, not for themselves:
# they are built to build fast. Those of COMPUTES do compute: fewer of them run at once. With sanitizers, those of NOT_SANITIZED have
# the label `all`: scripts/test --all runs them, .ci/run does not.
include(GoogleTest)
set(MORPHEUS_DISCOVERY DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES)
set(MORPHEUS_COMPUTES 4)  # places, of those that scripts/test and .ci/run have

# morpheus_discover(NAME WHICH SUITES PROPERTY VALUE...)
function(morpheus_discover name which suites)
  list(TRANSFORM suites APPEND ".*")
  list(JOIN suites ":" filter)
  gtest_discover_tests(${name} TEST_FILTER "${filter}" TEST_LIST ${name}_${which} ${MORPHEUS_DISCOVERY} PROPERTIES ${ARGN})
endfunction()

function(morpheus_test name)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "" "PROPERTIES;COMPUTES;NOT_SANITIZED")
  add_executable(${name} ${test_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE morpheus_test_base GTest::gtest_main)
  target_compile_options(${name} PRIVATE ${MORPHEUS_TEST_OPTIONS})
  target_precompile_headers(${name} REUSE_FROM morpheus_test_base)
  set(others "")
  if(test_COMPUTES)
    morpheus_discover(${name} COMPUTING "${test_COMPUTES}" ${test_PROPERTIES} PROCESSORS ${MORPHEUS_COMPUTES})
    list(APPEND others ${test_COMPUTES})
  endif()
  if(test_NOT_SANITIZED AND MORPHEUS_SANITIZE)
    morpheus_discover(${name} ALL "${test_NOT_SANITIZED}" ${test_PROPERTIES} LABELS all)
    list(APPEND others ${test_NOT_SANITIZED})
  endif()
  set(rest "")
  if(others)
    list(TRANSFORM others APPEND ".*")
    list(JOIN others ":" rest)
    string(PREPEND rest "-")
  endif()
  gtest_discover_tests(${name} TEST_FILTER "${rest}" ${MORPHEUS_DISCOVERY} PROPERTIES ${test_PROPERTIES})
endfunction()
