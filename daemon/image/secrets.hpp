#pragma once

#include <string>

namespace morpheus {

// What the servers and clients of one forest prove themselves with. Never logged, never in the database.
struct ForestSecrets {
  std::string route_password;   // of user "route", between the servers
  std::string system_password;  // of user "system" in account $SYS
  std::string client_password;  // of user "app" in account APP
};

}  // namespace morpheus
