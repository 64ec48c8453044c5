#include "daemon/secrets/secret_files.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "common/decode/json.hpp"
#include "common/model/forest.hpp"
#include "daemon/runtime/durable_file.hpp"
#include "daemon/runtime/small_file.hpp"

namespace morpheus {
namespace {

constexpr int password_bytes = 24;

constexpr const char* hint = "check the directory's space and rights";

constexpr const char* damaged_hint = "restore that file from a copy: the servers that run let in nobody who lacks them";

constexpr DecodeBounds bounds{std::size_t{1} << 20, 4, 100, std::size_t{64} << 10};

std::string of_secrets(const std::string& what) { return "the forest's secrets in " + what; }

Error file_error(const std::filesystem::path& file, const std::string& why) {
  return Error{ErrorCode::failed, of_secrets(fmt::format("{}: {}", file.string(), why)), hint};
}

KeptSecrets read_secrets(const JsonObject& json) {
  return {json.text("installation_id"),
          {json.text("route_password"), json.text("system_seed"), json.text("system_key"), json.text("retire_password")},
          {json.text("authority"), json.text("authority_key")}};
}

}  // namespace

SecretFiles::SecretFiles(std::filesystem::path state_dir, std::string installation_id, const Clock& clock, Ids& ids)
    : directory_(std::move(state_dir) / "forests"), installation_id_(std::move(installation_id)), clock_(clock), ids_(ids) {}

Result<KeptSecrets> parse_secrets(const std::filesystem::path& file, std::string_view text) {
  return decode({of_secrets(file.string()), ErrorCode::failed, damaged_hint}, text, bounds, read_secrets);
}

Result<std::optional<KeptSecrets>> SecretFiles::read(const std::filesystem::path& file) {
  const auto text = read_small_file(file, bounds.bytes, hint);
  if (!text) return Error{text.error().code, of_secrets(text.error().message), hint};
  if (!*text) return std::optional<KeptSecrets>();
  auto kept = parse_secrets(file, **text);
  if (!kept) return kept.error();
  return std::optional(*std::move(kept));
}

Result<KeptSecrets> SecretFiles::own(const std::string& forest) const {
  const auto good = check_forest_name(forest);
  if (!good) return good.error();
  const auto file = file_of(forest);
  auto kept = read(file);
  if (!kept) return kept.error();
  if (*kept && (*kept)->installation_id == installation_id_) return **std::move(kept);
  return Error{ErrorCode::failed, fmt::format("the secrets of {} are not in {}", forest, file.string()),
               damaged_hint};
}

Result<> SecretFiles::make(const std::string& forest) {
  const auto good = check_forest_name(forest);
  if (!good) return good;
  const auto file = file_of(forest);
  const auto kept = read(file);
  if (!kept) return kept.error();
  if (!*kept) return write_new(forest);
  if ((*kept)->installation_id == installation_id_) return {};
  return Error{ErrorCode::conflict, fmt::format("{} belongs to another installation's forest", file.string()),
               "choose another name, or give this morpheusd a daemon.state_dir of its own"};
}

Result<ForestSecrets> SecretFiles::get(const std::string& forest) {
  auto kept = own(forest);
  if (!kept) return kept.error();
  return std::move(kept->secrets);
}

Result<NodeIdentity> SecretFiles::issue(const std::string& forest, const std::string& server_name, const std::string& address) {
  const auto kept = own(forest);
  if (!kept) return kept.error();
  Subject subject{server_name, {server_name, forest, "localhost"}, {"127.0.0.1", "::1"}};
  if (!address.empty()) subject.addresses.push_back(address);
  try {
    auto made = issue_certificate(kept->authority, subject, clock_.wall(), ids_);
    return NodeIdentity{kept->authority.certificate, std::move(made.certificate), std::move(made.key)};
  } catch (const std::runtime_error& error) {
    return file_error(file_of(forest), error.what());
  }
}

// What OpenSSL refuses: a clock that is thousands of years ahead, for instance.
Result<std::pair<Nkey, KeyPair>> SecretFiles::make_keys(const std::string& forest) {
  try {
    return std::pair(make_user_nkey(ids_), make_authority(forest, clock_.wall(), ids_));
  } catch (const std::runtime_error& error) {
    return Error{ErrorCode::failed, of_secrets(fmt::format("{}: {}", file_of(forest).string(), error.what())),
                 "is this computer's clock right? timedatectl"};
  }
}

Result<WallTime> SecretFiles::certificates_end(const std::string& forest) {
  const auto known = ends_.find(forest);
  if (known != ends_.end()) return known->second;
  const auto kept = own(forest);
  if (!kept) return kept.error();
  try {
    return ends_[forest] = end_of(kept->authority.certificate);
  } catch (const std::runtime_error& error) {
    return file_error(file_of(forest), error.what());
  }
}

Result<> SecretFiles::write_new(const std::string& forest) {
  const auto file = file_of(forest);
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  if (!error) std::filesystem::permissions(directory_, std::filesystem::perms::owner_all, error);
  if (error) return file_error(file, error.message());
  const auto made = make_keys(forest);
  if (!made) return made.error();
  const auto& [system, authority] = *made;
  const nlohmann::json json{{"installation_id", installation_id_},
                            {"route_password", ids_.random_hex(password_bytes)},
                            {"system_seed", system.seed},
                            {"system_key", system.public_key},
                            {"retire_password", ids_.random_hex(password_bytes)},
                            {"authority", authority.certificate},
                            {"authority_key", authority.key}};
  const auto written = replace_file(file, json.dump(), hint);
  if (!written) return Error{written.error().code, of_secrets(written.error().message), hint};
  return {};
}

Result<> SecretFiles::remove(const std::string& forest) {
  const auto good = check_forest_name(forest);
  if (!good) return good;
  ends_.erase(forest);
  const auto kept = read(file_of(forest));
  if (kept && *kept && (*kept)->installation_id != installation_id_) return {};
  std::error_code error;
  const auto directory = file_of(forest).parent_path();
  std::filesystem::remove_all(directory, error);
  if (error) return file_error(directory, error.message());
  return {};
}

}  // namespace morpheus
