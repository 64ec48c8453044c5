#include "daemon/provider/hetzner/resource/ssh_keys.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <sstream>

#include "common/decode/text.hpp"
#include "daemon/provider/hetzner/resource/labels.hpp"
#include "daemon/runtime/small_file.hpp"

namespace morpheus::hetzner {
namespace {

constexpr std::size_t largest_key = 16 * 1024;
constexpr std::size_t largest_key_file = std::size_t{1} << 20;  // its first line is the key

constexpr const char* how_to_name_keys = "name a key of the project, or give the text or the file of a public key (ssh-ed25519 AAAA...)";

Error not_a_key(const std::string& what) {
  return Error{ErrorCode::invalid, fmt::format("hetzner.ssh_keys: {} is not a public key", what), how_to_name_keys};
}

bool is_public_key(const std::string& entry) {
  return entry.starts_with("ssh-") || entry.starts_with("ecdsa-") || entry.starts_with("sk-");
}

std::string known_names(const std::vector<SshKey>& keys) {
  std::string names;
  for (const SshKey& key : keys) names += (names.empty() ? "" : ", ") + key.name;
  return names.empty() ? "it has none" : "it has " + names;
}

// 0: there is none whose `field` is that.
std::int64_t find_key(const std::vector<SshKey>& keys, std::string SshKey::*field, const std::string& value) {
  const auto found = std::ranges::find(keys, value, field);
  return found == keys.end() ? 0 : found->id;
}

}  // namespace

Result<std::string> public_key_of(const std::string& entry) {
  if (is_public_key(entry)) return entry;
  if (!entry.starts_with('/')) return std::string();
  const auto text = read_small_file(entry, largest_key_file, how_to_name_keys);
  if (!text) return Error{ErrorCode::invalid, "hetzner.ssh_keys: " + text.error().message, how_to_name_keys};
  if (!*text) return not_a_key(entry);
  const std::string line = (*text)->substr(0, (*text)->find('\n'));
  if (line.size() > largest_key || !is_public_key(line)) return not_a_key(entry);
  if (!is_utf8(line)) {
    return Error{ErrorCode::invalid, fmt::format("hetzner.ssh_keys: {}, line 1: is not UTF-8", entry),
                 fmt::format("write its comment in UTF-8: iconv -f latin1 -t utf8 {}", entry)};
  }
  return line;
}

Result<std::string> md5_fingerprint(const std::string& public_key) {
  std::istringstream words(public_key);
  std::string kind, encoded;
  words >> kind >> encoded;
  std::vector<unsigned char> blob(encoded.size());
  const int size = EVP_DecodeBlock(blob.data(), reinterpret_cast<const unsigned char*>(encoded.data()),
                                   static_cast<int>(encoded.size()));
  constexpr int most_padding = 2;
  const auto padding = std::ranges::count(encoded, '=');
  if (size <= 0 || padding > most_padding) return not_a_key(kind.empty() ? "an empty text" : kind + " ...");
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(blob.data(), static_cast<std::size_t>(size - padding), digest.data(), &length, EVP_md5(), nullptr);
  std::string text;
  for (unsigned i = 0; i < length; ++i) text += fmt::format("{}{:02x}", i == 0 ? "" : ":", digest[i]);
  return text;
}

asio::awaitable<Result<std::vector<std::int64_t>>> SshKeys::ids(bool upload, Urgency urgency) {
  std::vector<std::int64_t> ids;
  const auto had = seen_;
  if (entries_.empty()) co_return ids;
  const auto keys = co_await api_.list("ssh_keys", "", read_ssh_key, urgency);
  if (!keys) co_return to_error(keys.error());
  for (const auto& entry : entries_) {
    const auto key = public_key_of(entry);
    if (!key) co_return key.error();
    std::string fingerprint = entry;
    if (!key->empty()) {
      const auto computed = md5_fingerprint(*key);
      if (!computed) co_return computed.error();
      fingerprint = *computed;
    }
    std::int64_t id = find_key(*keys, &SshKey::fingerprint, fingerprint);
    if (id == 0 && key->empty()) id = find_key(*keys, &SshKey::name, entry);
    if (id == 0 && key->empty()) {
      Error error{ErrorCode::invalid, fmt::format("hetzner.ssh_keys: the project has no key \"{}\"", entry), known_names(*keys)};
      co_return error;
    }
    if (id == 0 && upload) {
      const auto made = co_await upload_key(*key, fingerprint);
      if (!made) co_return made.error();
      if (made->is_new && had.contains(fingerprint)) {
        repairs_.put_right("", fmt::format("the SSH key {} did not exist any more: it is uploaded again", fingerprint));
      }
      id = made->id;
    }
    if (id != 0) seen_.insert(fingerprint);
    const bool is_new = std::ranges::find(ids, id) == ids.end();
    if (id != 0 && is_new) ids.push_back(id);
  }
  co_return ids;
}

asio::awaitable<Result<SshKeys::Upload>> SshKeys::upload_key(std::string public_key, std::string fingerprint) {
  nlohmann::json body;
  body["name"] = "morpheus-" + fingerprint;
  body["public_key"] = public_key;
  body["labels"][managed_by] = morpheus_value;
  const auto made = co_await api_.post("/ssh_keys", body, read_one_ssh_key);
  if (made) co_return Upload{made->id, true};
  if (made.error().fault != Fault::taken) co_return to_error(made.error());
  // Somebody else, or a call whose answer was lost, was quicker.
  const auto keys = co_await api_.list("ssh_keys", "fingerprint=" + query_value(fingerprint), read_ssh_key);
  if (!keys) co_return to_error(keys.error());
  const auto id = find_key(*keys, &SshKey::fingerprint, fingerprint);
  if (id != 0) co_return Upload{id, false};
  co_return to_error(made.error());
}

}  // namespace morpheus::hetzner
