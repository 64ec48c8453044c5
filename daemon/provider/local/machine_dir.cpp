#include "daemon/provider/local/machine_dir.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "common/decode/json.hpp"
#include "common/decode/text.hpp"
#include "daemon/image/nats_conf.hpp"
#include "daemon/provider/local/files.hpp"
#include "daemon/runtime/durable_file.hpp"
#include "daemon/runtime/small_file.hpp"

namespace morpheus {
namespace {

const std::string making = ".tmp-";
const std::string removing = ".trash-";
constexpr const char* record_name = "machine.json";
constexpr const char* server_data = "data";
constexpr const char* witness_data = "witness-data";

std::string to_json(const MachineRecord& record) {
  const nlohmann::json json{{"name", record.name},       {"forest", record.forest},
                            {"intent", record.intent},   {"controller", record.controller},
                            {"address", record.address}, {"created", record.created},
                            {"witness", record.witness}, {"boot", record.boot},
                            {"off", record.off}};
  return json.dump(2) + "\n";
}

constexpr std::size_t largest_record = std::size_t{64} << 10;  // bytes
constexpr DecodeBounds record_bounds{largest_record, 4, 100, 4'096};

MachineRecord read_record(const JsonObject& json) {
  MachineRecord record;
  record.name = json.text("name");
  record.forest = json.text("forest");
  record.intent = json.text("intent");
  record.controller = json.text("controller");
  record.address = json.text("address");
  record.witness = json.flag("witness");
  record.created = json.optional_text("created").value_or("");
  record.boot = json.optional_text("boot").value_or("");
  record.off = json.optional_flag("off").value_or(false);
  return record;
}

Result<> remove_tree(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return file_error(path, error.value());
  return {};
}

NodePaths paths_of(const std::filesystem::path& machine) {
  return {(machine / server_data).string(), (machine / witness_data).string()};
}

// Everything a machine consists of before its first process.
Result<> fill(const std::filesystem::path& draft, const std::filesystem::path& final_path,
              const MachineRecord& record, const NodeSpec& image) {
  const NodePaths paths = paths_of(final_path);
  auto done = write_file(draft / "nats.conf", render_nats_conf(image, paths), state_dir_hint);
  if (done && record.witness) {
    done = write_file(draft / "witness.conf", render_witness_conf(image, paths), state_dir_hint);
  }
  if (done && ::mkdir((draft / server_data).c_str(), 0700) != 0) return file_error(draft / server_data, errno);
  if (done) done = write_file(draft / record_name, to_json(record), state_dir_hint);
  if (done) done = sync_directory(draft, state_dir_hint);
  return done;
}

}  // namespace

ServerFiles MachineDir::server() const { return {path_ / "nats.conf", path_ / "lock", path_ / "nats.log", path_ / server_data}; }

ServerFiles MachineDir::witness() const {
  return {path_ / "witness.conf", path_ / "witness.lock", path_ / "witness.log", path_ / witness_data};
}

std::filesystem::path MachineDir::record_file() const { return path_ / record_name; }

Result<std::optional<MachineRecord>> MachineDir::read() const {
  std::error_code error;
  const bool there = std::filesystem::exists(path_, error);
  if (error) return file_error(path_, error.value());
  if (!there) return std::optional<MachineRecord>();
  const auto file = record_file();
  const auto text = read_small_file(file, largest_record, state_dir_hint);
  if (!text) return text.error();
  if (!*text) return file_error(file, ENOENT);
  auto record = parse_machine_record(file, path_.filename().string(), **text);
  if (!record) return record.error();
  return std::optional<MachineRecord>(*std::move(record));
}

Result<> MachineDir::write(const MachineRecord& record) const {
  return replace_file(record_file(), to_json(record), state_dir_hint);
}

Result<> MachineDir::write_off(MachineRecord record) const {
  record.off = true;
  const auto replaced = write(record);
  if (replaced) return replaced;
  return overwrite_file(record_file(), to_json(record), state_dir_hint);
}

Result<> MachineDir::remove_witness() const {
  const auto removed = remove_tree(witness().data);
  if (!removed) return removed;
  return remove_tree(witness().conf);
}

Result<> MachineDirs::create(const MachineRecord& record, const NodeSpec& image) const {
  const auto target = path_below(root_, record.name);
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
  const NodePaths paths = paths_of(path_below(root_, name));
  std::string text = "# nats.conf\n" + render_nats_conf(image, paths);
  if (image.witness) text += "\n# witness.conf\n" + render_witness_conf(image, paths);
  return text;
}

Result<> MachineDirs::remove(const std::string& name) const {
  const auto trash = fresh(removing);
  if (!trash) return trash.error();
  // Onto an empty directory: the rename is one step.
  const auto target = path_below(root_, name);
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
    if (is_path_name(name)) found.push_back(std::move(name));
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

Result<MachineRecord> parse_machine_record(const std::filesystem::path& file, const std::string& name, std::string_view text) {
  const Sender sender{file.string(), ErrorCode::failed, "end what runs there and remove the directory by hand"};
  auto record = decode(sender, text, record_bounds, read_record);
  if (!record || record->name == name) return record;
  return Error{sender.code, fmt::format("{}: it is of another machine, {}", sender.name, clean(record->name, longest_name)), sender.hint};
}

}  // namespace morpheus
