#include "daemon/forest/secret_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

namespace morpheus {
namespace {

constexpr int password_bytes = 24;

Error file_error(const std::filesystem::path& file, const std::string& why) {
  return Error{ErrorCode::failed, fmt::format("the forest's secrets in {}: {}", file.string(), why),
               "check the directory's space and rights"};
}

// Complete on disk before it has its name, so that a crash leaves no half a secret.
Result<> write_whole(const std::filesystem::path& file, const std::string& text) {
  const std::filesystem::path draft = file.string() + ".tmp";
  const int fd = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return file_error(file, std::strerror(errno));
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  if (!written) return file_error(file, std::strerror(error));
  if (::rename(draft.c_str(), file.c_str()) != 0) return file_error(file, std::strerror(errno));
  return {};
}

Result<ForestSecrets> parse(const std::filesystem::path& file, const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return file_error(file, "not JSON");
  ForestSecrets secrets{json.value("route_password", ""), json.value("system_password", ""),
                        json.value("client_password", "")};
  if (secrets.route_password.empty() || secrets.system_password.empty() || secrets.client_password.empty()) {
    return file_error(file, "a password is missing");
  }
  return secrets;
}

}  // namespace

SecretFiles::SecretFiles(std::filesystem::path state_dir, Ids& ids)
    : directory_(std::move(state_dir) / "forests"), ids_(ids) {}

Result<ForestSecrets> SecretFiles::get(const std::string& forest) {
  const auto file = directory_ / forest / "secrets.json";
  std::ifstream in(file);
  if (!in) return make(file);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  return parse(file, text);
}

Result<ForestSecrets> SecretFiles::make(const std::filesystem::path& file) {
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  if (!error) std::filesystem::permissions(directory_, std::filesystem::perms::owner_all, error);
  if (error) return file_error(file, error.message());
  const ForestSecrets secrets{ids_.random_hex(password_bytes), ids_.random_hex(password_bytes),
                              ids_.random_hex(password_bytes)};
  const nlohmann::json json{{"route_password", secrets.route_password},
                            {"system_password", secrets.system_password},
                            {"client_password", secrets.client_password}};
  const auto written = write_whole(file, json.dump());
  if (!written) return written.error();
  return secrets;
}

Result<> SecretFiles::remove(const std::string& forest) {
  std::error_code error;
  std::filesystem::remove_all(directory_ / forest, error);
  if (error) return file_error(directory_ / forest, error.message());
  return {};
}

}  // namespace morpheus
