#include "daemon/provider/local/machine_dir.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "daemon/image/nats_conf.hpp"
#include "daemon/provider/local/files.hpp"

namespace morpheus {
namespace fs = std::filesystem;
namespace {

constexpr const char* draft_prefix = ".tmp-";
constexpr const char* trash_prefix = ".trash-";

std::string to_text(const MachineRecord& record) {
  const nlohmann::json json{{"name", record.name},           {"forest", record.forest},   {"intent", record.intent},
                            {"controller", record.controller}, {"address", record.address}, {"witness", record.witness}};
  return json.dump(2) + "\n";
}

Result<MachineRecord> from_text(const fs::path& file, const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return file_error(file, "not JSON");
  try {
    return MachineRecord{json.value("name", ""),       json.value("forest", ""),  json.value("intent", ""),
                         json.value("controller", ""), json.value("address", ""), json.value("witness", false)};
  } catch (const nlohmann::json::exception& error) {
    return file_error(file, error.what());
  }
}

Result<> write_files(const fs::path& dir, const MachineRecord& record, const NodeSpec& spec, const fs::path& final_dir) {
  const NodePaths paths{(final_dir / "data").string(), (final_dir / "witness-data").string()};
  const auto described = write_file(dir / "machine.json", to_text(record));
  if (!described) return described;
  if (spec.witness) {
    const auto witness = write_file(dir / "witness.conf", render_witness_conf(spec, paths));
    if (!witness) return witness;
  }
  return write_file(dir / "nats.conf", render_nats_conf(spec, paths));
}

}  // namespace

MachineDirs::MachineDirs(fs::path root) : root_(std::move(root)) {
  fs::create_directories(root_);
  for (const auto& entry : fs::directory_iterator(root_)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(draft_prefix) || name.starts_with(trash_prefix)) fs::remove_all(entry.path());
  }
}

Result<std::optional<MachineRecord>> MachineDirs::read(const std::string& name) const {
  const auto file = path_of(name) / "machine.json";
  std::error_code error;
  if (!fs::exists(path_of(name), error)) return std::optional<MachineRecord>();
  const auto text = read_file(file);
  if (!text) return text.error();
  auto record = from_text(file, *text);
  if (!record) return record.error();
  return std::optional(*std::move(record));
}

Result<std::vector<MachineRecord>> MachineDirs::read_all() const {
  std::vector<MachineRecord> records;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root_, error)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with('.')) continue;
    auto record = read(name);
    if (!record) return record.error();
    if (*record) records.push_back(**std::move(record));
  }
  if (error) return file_error(root_, error.message());
  return records;
}

Result<> MachineDirs::create(const MachineRecord& record, const NodeSpec& spec) {
  const auto final_dir = path_of(record.name);
  const auto draft = root_ / (draft_prefix + record.name);
  std::error_code error;
  fs::remove_all(draft, error);
  if (!error) fs::create_directories(draft, error);
  if (!error) fs::permissions(draft, fs::perms::owner_all, error);
  if (error) return file_error(draft, error.message());
  const auto written = write_files(draft, record, spec, final_dir);
  if (!written) return written;
  fs::rename(draft, final_dir, error);
  if (error) return file_error(final_dir, error.message());
  return {};
}

Result<> MachineDirs::update(const MachineRecord& record) {
  return write_file(path_of(record.name) / "machine.json", to_text(record));
}

Result<> MachineDirs::remove(const std::string& name) {
  const auto dir = path_of(name);
  const auto trash = root_ / (trash_prefix + name);
  std::error_code error;
  if (!fs::exists(dir, error)) return {};
  fs::remove_all(trash, error);
  if (!error) fs::rename(dir, trash, error);
  if (!error) fs::remove_all(trash, error);
  if (error) return file_error(dir, error.message());
  return {};
}

}  // namespace morpheus
