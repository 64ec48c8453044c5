#include "daemon/provider/local/machine_dir.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "daemon/image/nats_conf.hpp"
#include "daemon/provider/local/files.hpp"
#include "daemon/runtime/durable_file.hpp"

namespace morpheus {
namespace {

const std::string making = ".tmp-";
const std::string removing = ".trash-";
constexpr const char* record_file = "machine.json";
constexpr const char* witness_data = "witness-data";

std::string to_json(const MachineRecord& record) {
  const nlohmann::json json{{"name", record.name},       {"forest", record.forest},
                            {"intent", record.intent},   {"controller", record.controller},
                            {"address", record.address}, {"created", record.created},
                            {"witness", record.witness}, {"boot", record.boot},
                            {"off", record.off}};
  return json.dump(2) + "\n";
}

Result<MachineRecord> from_json(const std::filesystem::path& file, const std::string& text) {
  MachineRecord record;
  try {
    const auto json = nlohmann::json::parse(text);
    json.at("name").get_to(record.name);
    json.at("forest").get_to(record.forest);
    json.at("intent").get_to(record.intent);
    json.at("controller").get_to(record.controller);
    json.at("address").get_to(record.address);
    json.at("witness").get_to(record.witness);
    record.created = json.value("created", "");
    record.boot = json.value("boot", "");
    record.off = json.value("off", false);
  } catch (const nlohmann::json::exception& error) {
    return Error{ErrorCode::failed, fmt::format("{}: {}", file.string(), error.what()),
                 "end what runs there and remove the directory by hand"};
  }
  return record;
}

Result<> remove_tree(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return file_error(path, error.value());
  return {};
}

NodePaths paths_of(const std::filesystem::path& machine) {
  return {(machine / "data").string(), (machine / witness_data).string()};
}

// Everything a machine consists of before its first process.
Result<> fill(const std::filesystem::path& draft, const std::filesystem::path& final_path,
              const MachineRecord& record, const NodeSpec& image) {
  const NodePaths paths = paths_of(final_path);
  auto done = write_file(draft / "nats.conf", render_nats_conf(image, paths), state_dir_hint);
  if (done && record.witness) {
    done = write_file(draft / "witness.conf", render_witness_conf(image, paths), state_dir_hint);
  }
  if (done && ::mkdir((draft / "data").c_str(), 0700) != 0) return file_error(draft / "data", errno);
  if (done) done = write_file(draft / record_file, to_json(record), state_dir_hint);
  if (done) done = sync_directory(draft, state_dir_hint);
  return done;
}

}  // namespace

ServerFiles MachineDir::server() const { return {path_ / "nats.conf", path_ / "lock", path_ / "nats.log"}; }

ServerFiles MachineDir::witness() const {
  return {path_ / "witness.conf", path_ / "witness.lock", path_ / "witness.log"};
}

Result<std::optional<MachineRecord>> MachineDir::read() const {
  std::error_code error;
  const bool there = std::filesystem::exists(path_, error);
  if (error) return file_error(path_, error.value());
  if (!there) return std::optional<MachineRecord>();
  const auto text = read_file(path_ / record_file);
  if (!text) return text.error();
  auto record = from_json(path_ / record_file, *text);
  if (!record) return record.error();
  return std::optional<MachineRecord>(*std::move(record));
}

Result<> MachineDir::write(const MachineRecord& record) const {
  return replace_file(path_ / record_file, to_json(record), state_dir_hint);
}

Result<> MachineDir::remove_witness() const {
  const auto removed = remove_tree(path_ / witness_data);
  if (!removed) return removed;
  return remove_tree(witness().conf);
}

Result<> MachineDirs::create(const MachineRecord& record, const NodeSpec& image) const {
  const auto target = root_ / record.name;
  const auto draft = fresh(making);
  if (!draft) return draft.error();
  const auto filled = fill(*draft, target, record, image);
  if (!filled) {
    std::error_code ignored;  // the next start sweeps what is left
    std::filesystem::remove_all(*draft, ignored);
    return filled;
  }
  if (::renameat2(AT_FDCWD, draft->c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) != 0) {
    const int error = errno;
    std::error_code ignored;
    std::filesystem::remove_all(*draft, ignored);
    if (error != EEXIST) return file_error(target, error);
    return Error{ErrorCode::conflict, fmt::format("{} has been made by another meanwhile", target.string()),
                 ""};
  }
  return sync_directory(root_, state_dir_hint);
}

std::string MachineDirs::configurations(const std::string& name, const NodeSpec& image) const {
  const NodePaths paths = paths_of(root_ / name);
  std::string text = "# nats.conf\n" + render_nats_conf(image, paths);
  if (image.witness) text += "\n# witness.conf\n" + render_witness_conf(image, paths);
  return text;
}

Result<> MachineDirs::remove(const std::string& name) const {
  const auto trash = fresh(removing);
  if (!trash) return trash.error();
  // Onto an empty directory: the rename is one step.
  const auto target = root_ / name;
  if (::rename(target.c_str(), trash->c_str()) != 0 && errno != ENOENT) return file_error(target, errno);
  const auto synced = sync_directory(root_, state_dir_hint);
  if (!synced) return synced;
  return remove_tree(*trash);
}

Result<std::vector<std::string>> MachineDirs::names() const {
  std::vector<std::string> found;
  std::error_code error;
  for (std::filesystem::directory_iterator at(root_, error), end; !error && at != end; at.increment(error)) {
    auto name = at->path().filename().string();
    if (!name.starts_with('.')) found.push_back(std::move(name));
  }
  if (error) return file_error(root_, error.value());
  return found;
}

Result<> MachineDirs::sweep() const {
  std::error_code error;
  std::vector<std::filesystem::path> leftovers;
  for (std::filesystem::directory_iterator at(root_, error), end; !error && at != end; at.increment(error)) {
    const auto name = at->path().filename().string();
    if (name.starts_with(making) || name.starts_with(removing)) leftovers.push_back(at->path());
  }
  if (error) return file_error(root_, error.value());
  for (const auto& each : leftovers) {
    const auto removed = remove_tree(each);
    if (!removed) return removed;
  }
  return {};
}

Result<std::filesystem::path> MachineDirs::fresh(const std::string& prefix) const {
  auto name = (root_ / (prefix + "XXXXXX")).string();
  if (!::mkdtemp(name.data())) return file_error(root_, errno);
  return std::filesystem::path(name);
}

Result<> check_machine_name(const std::string& name) {
  const bool good = !name.empty() && name.front() != '.' && name.find('/') == std::string::npos &&
                    name.find('\0') == std::string::npos;
  if (good) return {};
  return Error{ErrorCode::invalid, fmt::format("\"{}\" cannot be a machine's name", name),
               "use letters, digits and dashes"};
}

}  // namespace morpheus
