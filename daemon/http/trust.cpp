#include "daemon/http/trust.hpp"

#include <fmt/format.h>

namespace morpheus {

boost::asio::ssl::context make_trust(const std::string& authorities) {
  namespace ssl = boost::asio::ssl;
  ssl::context context(ssl::context::tls_client);
  context.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  context.set_verify_mode(ssl::verify_peer);
  if (authorities.empty()) {
    context.set_default_verify_paths();
  } else {
    context.load_verify_file(authorities);
  }
  return context;
}

std::string host_field(const Endpoint& endpoint) {
  const bool is_ipv6 = endpoint.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", is_ipv6 ? "[" : "", endpoint.host, is_ipv6 ? "]" : "", endpoint.port);
}

}  // namespace morpheus
