#include "daemon/secrets/certificates.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>
#include <stdexcept>

namespace morpheus {
namespace {

constexpr int serial_bytes = 16;
constexpr long version_3 = 2;  // as X.509 counts
constexpr std::size_t longest_common_name = 64;

template <auto release>
struct Release {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Release<BIO_free_all>>;
using Number = std::unique_ptr<BIGNUM, Release<BN_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION_free>>;

void must(bool done, const char* what) {
  if (done) return;
  const char* why = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  throw std::runtime_error(fmt::format("{}: {}", what, why ? why : "OpenSSL says no more"));
}

template <class Write>
std::string pem(Write write) {
  const Bio out(BIO_new(BIO_s_mem()));
  must(out && write(out.get()) == 1, "writing PEM");
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string pem_of(const Certificate& certificate) {
  return pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate.get()); });
}

std::string pem_of(const Key& key) {
  return pem([&](BIO* out) { return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
}

Bio reader(const std::string& text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

// Without it OpenSSL asks on the terminal for the passphrase of a key that has one, and the daemon stands still.
int no_passphrase(char*, int, int, void*) { return -1; }

Key new_key() {
  Key key(EVP_EC_gen("P-256"));
  must(key != nullptr, "making a key");
  return key;
}

void set_serial(X509* certificate, Ids& ids) {
  BIGNUM* raw = nullptr;
  must(BN_hex2bn(&raw, ("0" + ids.random_hex(serial_bytes).substr(1)).c_str()) > 0, "making a serial number");
  const Number number(raw);
  must(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr, "setting a serial number");
}

void set_times(X509* certificate, WallTime now) {
  auto seconds = static_cast<std::time_t>(std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
  must(X509_time_adj_ex(X509_getm_notBefore(certificate), -1, 0, &seconds) != nullptr, "setting a certificate's time");
  must(X509_time_adj_ex(X509_getm_notAfter(certificate), certificate_days, 0, &seconds) != nullptr,
       "setting a certificate's time");
}

void set_name(X509* certificate, const std::string& name) {
  const std::string shown = name.substr(0, longest_common_name);
  const auto* bytes = reinterpret_cast<const unsigned char*>(shown.data());
  must(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, bytes,
                                  static_cast<int>(shown.size()), -1, 0) == 1,
       "naming a certificate");
}

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
  must(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "extending a certificate");
}

// What OpenSSL's syntax for extensions takes for more than a name would speak for others too.
void check_names(const std::vector<std::string>& names) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:";
  for (const auto& name : names) must(!name.empty() && name.find_first_not_of(letters) == std::string::npos, "a certificate's name is no host's");
}

std::string alternative_names(const Subject& subject) {
  check_names(subject.dns_names);
  check_names(subject.addresses);
  std::string names;
  for (const auto& name : subject.dns_names) names += fmt::format("{}DNS:{}", names.empty() ? "" : ",", name);
  for (const auto& address : subject.addresses) names += fmt::format("{}IP:{}", names.empty() ? "" : ",", address);
  return names;
}

Certificate begin(const std::string& name, const Key& key, WallTime now, Ids& ids) {
  Certificate certificate(X509_new());
  must(certificate && X509_set_version(certificate.get(), version_3) == 1, "beginning a certificate");
  set_serial(certificate.get(), ids);
  set_times(certificate.get(), now);
  set_name(certificate.get(), name);
  must(X509_set_pubkey(certificate.get(), key.get()) == 1, "setting a certificate's key");
  return certificate;
}

void sign(const Certificate& certificate, X509* issuer, const Key& key) {
  must(X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer)) == 1, "naming an issuer");
  must(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "signing a certificate");
}

}  // namespace

KeyPair make_authority(const std::string& name, WallTime now, Ids& ids) {
  const Key key = new_key();
  const Certificate certificate = begin(name, key, now, ids);
  add_extension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign");
  add_extension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash");
  sign(certificate, certificate.get(), key);
  return {pem_of(certificate), pem_of(key)};
}

WallTime end_of(const std::string& certificate) {
  const Bio text = reader(certificate);
  const Certificate read(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
  must(read != nullptr, "reading a certificate");
  std::tm time{};
  must(ASN1_TIME_to_tm(X509_get0_notAfter(read.get()), &time) == 1, "reading a certificate's end");
  return WallTime(std::chrono::seconds(::timegm(&time)));
}

KeyPair issue_certificate(const KeyPair& authority, const Subject& subject, WallTime now, Ids& ids) {
  const Bio issuer_text = reader(authority.certificate);
  const Certificate issuer(PEM_read_bio_X509(issuer_text.get(), nullptr, no_passphrase, nullptr));
  const Bio key_text = reader(authority.key);
  const Key issuer_key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, no_passphrase, nullptr));
  must(issuer && issuer_key, "reading the certificate authority");
  const Key key = new_key();
  const Certificate certificate = begin(subject.common_name, key, now, ids);
  add_extension(certificate.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate.get(), issuer.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(certificate.get(), issuer.get(), NID_ext_key_usage, "serverAuth,clientAuth");
  add_extension(certificate.get(), issuer.get(), NID_subject_key_identifier, "hash");
  add_extension(certificate.get(), issuer.get(), NID_authority_key_identifier, "keyid");
  add_extension(certificate.get(), issuer.get(), NID_subject_alt_name, alternative_names(subject));
  sign(certificate, issuer.get(), issuer_key);
  return {pem_of(certificate), pem_of(key)};
}

}  // namespace morpheus
