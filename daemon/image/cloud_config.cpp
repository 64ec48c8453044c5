#include "daemon/image/cloud_config.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "daemon/image/nats_conf.hpp"

namespace morpheus {
namespace {

constexpr const char* nats_conf = "/etc/nats/nats.conf";
constexpr const char* witness_conf = "/etc/nats/witness.conf";

NodePaths machine_paths() { return {"/var/lib/nats", "/var/lib/nats-witness"}; }

// The servers' configurations hold the forest's passwords.
void write_file(YAML::Emitter& out, const char* path, const std::string& content) {
  out << YAML::BeginMap;
  out << YAML::Key << "path" << YAML::Value << path;
  out << YAML::Key << "permissions" << YAML::Value << YAML::DoubleQuoted << "0600";
  out << YAML::Key << "content" << YAML::Value << YAML::Literal << content;
  out << YAML::EndMap;
}

}  // namespace

Result<std::string> render_cloud_config(const NodeSpec& spec) {
  YAML::Emitter out;
  out << YAML::BeginMap << YAML::Key << "write_files" << YAML::Value << YAML::BeginSeq;
  write_file(out, nats_conf, render_nats_conf(spec, machine_paths()));
  if (spec.witness) write_file(out, witness_conf, render_witness_conf(spec, machine_paths()));
  out << YAML::EndSeq << YAML::EndMap;
  auto text = fmt::format("#cloud-config\n{}\n", out.c_str());
  if (text.size() <= longest_cloud_config) return text;
  return Error{ErrorCode::invalid,
               fmt::format("what {} would be told is {} bytes long, and {} are allowed", spec.node, text.size(),
                           longest_cloud_config),
               "plant a second forest: each node lists every earlier one"};
}

}  // namespace morpheus
