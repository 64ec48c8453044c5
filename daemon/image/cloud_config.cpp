#include "daemon/image/cloud_config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "daemon/image/machine_files.hpp"
#include "daemon/image/nats_conf.hpp"

namespace morpheus {
namespace {

constexpr const char* secret = "0600";  // nats.service lets its user read what is under /etc/nats
constexpr const char* readable = "0644";
constexpr const char* program = "0755";

struct File {
  std::string path;
  std::string mode;
  std::string content;
};

NodePaths machine_paths() { return {"/var/lib/nats/jetstream", "/var/lib/nats-witness", "/etc/nats/tls"}; }

bool concerns(std::string_view path, const NodeSpec& spec, const MachineSetup& setup) {
  const auto is_about = [&](std::string_view noun) { return path.find(noun) != std::string_view::npos; };
  if (is_about("witness")) return spec.witness;
  if (is_about("nimsforest")) return setup.nimsforest;
  if (is_about("nats-install") || is_about("install-nats")) return setup.nats;
  return true;
}

std::string node_info(const NodeSpec& spec) {
  const nlohmann::json info{
      {"forest", spec.forest}, {"node", spec.node}, {"role", to_string(spec.role)}, {"index", spec.index}};
  return info.dump(2) + "\n";
}

void add_nats(std::vector<File>& files, const NodeSpec& spec, const MachineSetup& setup) {
  const NodePaths paths = machine_paths();
  files.push_back({"/etc/nats/nats.conf", secret, render_nats_conf(spec, paths)});
  if (spec.identity) {
    files.push_back({paths.tls + "/ca.crt", secret, spec.identity->authority});
    files.push_back({paths.tls + "/node.crt", secret, spec.identity->certificate});
    files.push_back({paths.tls + "/node.key", secret, spec.identity->key});
  }
  if (!setup.nats) return;
  files.push_back({"/etc/morpheus/nats-version", readable, setup.nats_version + "\n"});
  files.push_back({"/etc/morpheus/nats-urls", readable, fmt::format("{}\n", fmt::join(setup.nats_urls, "\n"))});
  files.push_back({"/etc/morpheus/nats-sha256", readable, fmt::format("{}", fmt::join(setup.nats_sha256, "\n"))});
}

void add_witness(std::vector<File>& files, const NodeSpec& spec) {
  const nlohmann::json login{{"user", retire_user}, {"pass", spec.secrets.retire_password}};
  files.push_back({"/etc/nats/witness.conf", secret, render_witness_conf(spec, machine_paths())});
  files.push_back({"/etc/morpheus/retire.json", secret, login.dump() + "\n"});
}

// A value of an EnvironmentFile=, as systemd.exec(5) reads it back.
std::string environment_value(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    if (std::string_view("\"\\$`").find(c) != std::string_view::npos) text += '\\';
    text += c;
  }
  return text + "\"";
}

void add_nimsforest(std::vector<File>& files, const NodeSpec& spec, const MachineSetup& setup) {
  files.push_back({"/etc/nimsforest/node-info.json", readable, node_info(spec)});
  files.push_back({"/etc/nimsforest/forest.env", readable, fmt::format("FOREST_ID={}\n", environment_value(spec.forest))});
  files.push_back({"/etc/nimsforest/download-url", readable, setup.nimsforest_url + "\n"});
  files.push_back({"/etc/nimsforest/sha256", readable, setup.nimsforest_sha256 + "\n"});
}

std::vector<File> files_of(const NodeSpec& spec, const MachineSetup& setup) {
  std::vector<File> files;
  for (const MachineFile& file : machine_files()) {
    if (!concerns(file.path, spec, setup)) continue;
    const bool runs = file.content.starts_with("#!");
    files.push_back({std::string(file.path), runs ? program : readable, std::string(file.content)});
  }
  add_nats(files, spec, setup);
  if (spec.witness) add_witness(files, spec);
  if (setup.nimsforest) add_nimsforest(files, spec, setup);
  return files;
}

void emit_command(YAML::Emitter& out, const std::vector<std::string>& words) {
  out << YAML::Flow << YAML::BeginSeq;
  for (const auto& word : words) out << YAML::DoubleQuoted << word;
  out << YAML::EndSeq;
}

void emit_file(YAML::Emitter& out, const File& file) {
  out << YAML::BeginMap;
  out << YAML::Key << "path" << YAML::Value << YAML::DoubleQuoted << file.path;
  out << YAML::Key << "permissions" << YAML::Value << YAML::DoubleQuoted << file.mode;
  out << YAML::Key << "content" << YAML::Value << YAML::Literal << file.content;
  out << YAML::EndMap;
}

}  // namespace

Result<std::string> render_cloud_config(const NodeSpec& spec, const MachineSetup& setup) {
  YAML::Emitter out;
  out << YAML::BeginMap;
  out << YAML::Key << "ssh_pwauth" << YAML::Value << false;
  // Each boot: a first one that ended while the files were being written has left them marked as written.
  out << YAML::Key << "bootcmd" << YAML::Value << YAML::BeginSeq;
  emit_command(out, {"sh", "-c",
             "test ! -e /var/lib/cloud/instance/sem/config_write_files || test -e /var/lib/morpheus/told || "
             "cloud-init single --name write_files --frequency always"});
  out << YAML::EndSeq;
  out << YAML::Key << "write_files" << YAML::Value << YAML::BeginSeq;
  for (const File& file : files_of(spec, setup)) emit_file(out, file);
  out << YAML::EndSeq;
  out << YAML::Key << "runcmd" << YAML::Value << YAML::BeginSeq;
  emit_command(out, {"mkdir", "-p", "/var/lib/morpheus"});
  emit_command(out, {"sync"});
  emit_command(out, {"touch", "/var/lib/morpheus/told"});
  emit_command(out, {"systemctl", "daemon-reload"});
  emit_command(out, {"systemctl", "start", "--no-block", "morpheus-node.target"});
  out << YAML::EndSeq << YAML::EndMap;
  auto text = fmt::format("#cloud-config\n{}\n", out.c_str());
  if (text.size() <= longest_cloud_config) return text;
  return Error{ErrorCode::invalid,
               fmt::format("what {} would be told is {} bytes long, and {} are allowed", spec.node, text.size(),
                           longest_cloud_config),
               "plant a second forest, since each node lists every earlier one, or shorten integration.nats_download_urls"};
}

}  // namespace morpheus
