#pragma once

#include <cstdint>
#include <string>

#include "daemon/provider/hetzner/api/action.hpp"
#include "daemon/provider/hetzner/resource/labels.hpp"

namespace morpheus::hetzner {

// A machine as the API lists it.
struct Server {
  std::int64_t id = 0;
  std::string name;
  std::string status;  // initializing, starting, running, stopping, off, deleting, ...
  Labels labels;
  std::string forest;  // this and what follows: by its labels
  std::string node;
  std::string intent;
  std::string controller;
  bool managed = false;  // carries Morpheus's label
  std::string ipv4;
  std::string ipv6;  // the machine's own (::1 of its network)
  std::string type;
  std::string location;
  double cores = 0;
  double memory_gb = 0;
};

Server read_server(const JsonObject& json);
// Of {"server": ...}.
Server read_one_server(const JsonObject& answer);

// A server that is being made, and the action that makes it.
struct NewServer {
  Server server;
  Action action;
};
NewServer read_new_server(const JsonObject& answer);

// "2001:db8:1::/64" -> "2001:db8:1::1", which a machine of that network has; an IPv4 address is what it is.
std::string own_address(std::string ip);

// The address or network in the field `ip`, which goes into firewalls, configurations and URLs; anything else is an error.
std::string read_ip(const JsonObject& json);

}  // namespace morpheus::hetzner
