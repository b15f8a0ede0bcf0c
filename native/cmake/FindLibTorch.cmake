# Finds libtorch without its own CMake package, which demands protobuf, MKL and CUDA compilers that we do not use.
# Sets LIBTORCH_INCLUDE_DIRS, LIBTORCH_LIBRARIES, LIBTORCH_LIBRARY_DIR, LIBTORCH_DEFINITIONS, LIBTORCH_CXX_STANDARD, LIBTORCH_OPENMP.
set(KINEMA_LIBTORCH "$ENV{KINEMA_LIBTORCH}" CACHE PATH "Folder of libtorch (with include/ and lib/)")

set(libtorch_roots)
if(KINEMA_LIBTORCH)
  list(APPEND libtorch_roots "${KINEMA_LIBTORCH}")
else()
  # Only an active virtual environment counts: a system Python's torch is the same library as the system's libtorch.
  if(DEFINED ENV{VIRTUAL_ENV} OR DEFINED ENV{CONDA_PREFIX})
    execute_process(COMMAND python3 -c "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
      OUTPUT_VARIABLE python_torch OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(python_torch)
      list(APPEND libtorch_roots "${python_torch}")
    endif()
  endif()
  list(APPEND libtorch_roots /usr)
endif()

find_path(LIBTORCH_INCLUDE ATen/ATen.h PATHS ${libtorch_roots} PATH_SUFFIXES include NO_DEFAULT_PATH)
foreach(library torch torch_cpu c10)
  find_library(LIBTORCH_${library} ${library} PATHS ${libtorch_roots} PATH_SUFFIXES lib lib64 lib/${CMAKE_LIBRARY_ARCHITECTURE} NO_DEFAULT_PATH)
endforeach()
if(NOT LIBTORCH_INCLUDE OR NOT LIBTORCH_torch OR NOT LIBTORCH_torch_cpu OR NOT LIBTORCH_c10)
  message(FATAL_ERROR "libtorch was not found in: ${libtorch_roots}. Install Debian's libtorch-dev, or set KINEMA_LIBTORCH to a folder with include/ and lib/.")
endif()

get_filename_component(LIBTORCH_LIBRARY_DIR "${LIBTORCH_torch_cpu}" DIRECTORY)
set(LIBTORCH_INCLUDE_DIRS "${LIBTORCH_INCLUDE}" "${LIBTORCH_INCLUDE}/torch/csrc/api/include")
set(LIBTORCH_LIBRARIES "${LIBTORCH_torch_cpu}" "${LIBTORCH_c10}")
# CUDA's operators register themselves when their library is loaded, which nothing else would do.
find_library(LIBTORCH_torch_cuda torch_cuda PATHS "${LIBTORCH_LIBRARY_DIR}" NO_DEFAULT_PATH)
if(LIBTORCH_torch_cuda)
  find_library(LIBTORCH_c10_cuda c10_cuda PATHS "${LIBTORCH_LIBRARY_DIR}" NO_DEFAULT_PATH)
  list(APPEND LIBTORCH_LIBRARIES "-Wl,--no-as-needed" "${LIBTORCH_torch_cuda}" "${LIBTORCH_c10_cuda}" "-Wl,--as-needed")
endif()

# Wheels before 2.6 were built with the old std::string: match whatever this libtorch has.
execute_process(COMMAND ${CMAKE_NM} -D "${LIBTORCH_c10}" OUTPUT_VARIABLE c10_symbols ERROR_QUIET)
if(c10_symbols MATCHES "cxx11")
  set(LIBTORCH_DEFINITIONS _GLIBCXX_USE_CXX11_ABI=1)
else()
  set(LIBTORCH_DEFINITIONS _GLIBCXX_USE_CXX11_ABI=0)
endif()
# From 2.14 on the headers refuse C++17; they say so themselves.
set(LIBTORCH_CXX_STANDARD 17)
file(STRINGS "${LIBTORCH_INCLUDE}/ATen/ATen.h" demands_cxx20 REGEX "__cplusplus < 202002L")
if(demands_cxx20)
  set(LIBTORCH_CXX_STANDARD 20)
endif()

# The OpenMP that libtorch itself was linked with, where it lies beside it: a wheel's copy may have a name of its own (libgomp-1a2b3c.so.1).
set(LIBTORCH_OPENMP "")
execute_process(COMMAND ${CMAKE_OBJDUMP} -p "${LIBTORCH_torch_cpu}" OUTPUT_VARIABLE torch_cpu_needs ERROR_QUIET)
if(torch_cpu_needs MATCHES "NEEDED +(libgomp[^ \n]*)")
  set(openmp_name "${CMAKE_MATCH_1}")
  foreach(folder "${LIBTORCH_LIBRARY_DIR}" "${LIBTORCH_LIBRARY_DIR}/../../torch.libs")
    if(NOT LIBTORCH_OPENMP AND EXISTS "${folder}/${openmp_name}")
      get_filename_component(LIBTORCH_OPENMP "${folder}/${openmp_name}" ABSOLUTE)
    endif()
  endforeach()
endif()
message(STATUS "libtorch: ${LIBTORCH_torch_cpu}, C++${LIBTORCH_CXX_STANDARD}")
