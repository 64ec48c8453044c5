# The one set of hardened flags. Everything that is optimised has them, tests too: what is tested is what is installed, the
# package is made of the very build that was tested, and ccache knows each object under one key.
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT MORPHEUS_SANITIZE)
  add_compile_options(-fstack-protector-strong -fstack-clash-protection -Wformat -Werror=format-security)
  add_compile_definitions(_FORTIFY_SOURCE=2)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|i.86)$")
    add_compile_options(-fcf-protection)
  endif()
  # Programs are position independent by the compiler's own default (Debian's); the test Package holds that they are.
  add_link_options(-Wl,-z,relro -Wl,-z,now)
endif()
