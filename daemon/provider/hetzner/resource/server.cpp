#include "daemon/provider/hetzner/resource/server.hpp"

#include <boost/asio/ip/address.hpp>

namespace morpheus::hetzner {
namespace {

// Empty: it has none of that family.
std::string address_in(const JsonObject& net, const char* family) {
  const auto json = net.optional_object(family);
  return json ? read_ip(*json) : std::string();
}

void read_type(const JsonObject& json, Server& server) {
  server.type = json.shown("name", longest_api_name);
  server.cores = json.number("cores");
  server.memory_gb = json.number("memory");
}

}  // namespace

std::string own_address(std::string ip) {
  const auto slash = ip.find('/');
  if (slash == std::string::npos) return ip;
  ip.resize(slash);
  return ip + "1";
}

std::string read_ip(const JsonObject& json) {
  auto ip = json.shown("ip", longest_api_word);
  boost::system::error_code error;
  boost::asio::ip::make_address(ip.substr(0, ip.find('/')), error);
  if (error) throw json.at("ip").error("is no IP address");
  return ip;
}

Server read_server(const JsonObject& json) {
  Server server;
  server.id = json.integer("id");
  server.name = json.shown("name", longest_api_name);
  server.status = json.shown("status", longest_api_word);
  server.labels = read_labels(json);
  server.forest = label_at(server.labels, forest_label);
  server.node = label_at(server.labels, node_label);
  server.intent = label_at(server.labels, intent_label);
  server.controller = label_at(server.labels, controller_label);
  server.managed = label_at(server.labels, managed_by) == morpheus_value;
  const JsonObject net = json.object("public_net");
  server.ipv4 = address_in(net, "ipv4");
  server.ipv6 = own_address(address_in(net, "ipv6"));
  read_type(json.object("server_type"), server);
  server.location = name_in(json, "location");
  return server;
}

Server read_one_server(const JsonObject& answer) { return read_server(answer.object("server")); }

NewServer read_new_server(const JsonObject& answer) {
  NewServer made;
  made.server = read_one_server(answer);
  made.action = read_started_action(answer);
  return made;
}

}  // namespace morpheus::hetzner
