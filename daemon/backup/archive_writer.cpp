#include "daemon/backup/archive_writer.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <optional>
#include <stdexcept>
#include <utility>

#include "daemon/backup/manifest.hpp"
#include "daemon/backup/sha256.hpp"

namespace morpheus {
namespace {

constexpr int block = 16 * 1024;  // bytes that the compressor hands on at a time

la_ssize_t keep(archive*, void* out, const void* bytes, std::size_t size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

}  // namespace

struct ArchiveWriter::Work {
  archive* out = archive_write_new();
  std::string bytes;
  std::string name;  // of the open entry
  std::optional<Sha256> sum;
  std::string sums;

  Work() = default;
  ~Work() {
    archive_write_fail(out);  // an unfinished one is not finished here
    archive_write_free(out);
  }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  void check(la_ssize_t result) const {
    if (result < ARCHIVE_OK) throw std::runtime_error(fmt::format("the archive cannot be written: {}", archive_error_string(out)));
  }
};

ArchiveWriter::ArchiveWriter() : work_(std::make_unique<Work>()) {
  archive* out = work_->out;
  work_->check(archive_write_set_format_pax_restricted(out));
  work_->check(archive_write_add_filter_gzip(out));
  work_->check(archive_write_set_filter_option(out, "gzip", "compression-level", "1"));  // on the loop: quick goes before small
  work_->check(archive_write_set_bytes_per_block(out, block));
  work_->check(archive_write_set_bytes_in_last_block(out, 1));
  work_->check(archive_write_open(out, &work_->bytes, nullptr, keep, nullptr));
}

ArchiveWriter::~ArchiveWriter() = default;

void ArchiveWriter::begin(const std::string& name, std::int64_t size, std::int64_t unix_time) {
  constexpr int private_mode = 0600;
  archive_entry* entry = archive_entry_new();
  archive_entry_set_pathname(entry, name.c_str());
  archive_entry_set_size(entry, size);
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, private_mode);
  archive_entry_set_mtime(entry, unix_time, 0);
  const int result = archive_write_header(work_->out, entry);
  archive_entry_free(entry);
  work_->check(result);
  work_->name = name;
  work_->sum.emplace();
}

void ArchiveWriter::add(std::string_view bytes) {
  const auto written = archive_write_data(work_->out, bytes.data(), bytes.size());
  work_->check(written);
  if (static_cast<std::size_t>(written) != bytes.size()) throw std::runtime_error(work_->name + " is larger than it was");
  work_->sum->add(bytes);
}

void ArchiveWriter::end() {
  work_->check(archive_write_finish_entry(work_->out));
  work_->sums += fmt::format("{}  {}\n", work_->sum->digest(), work_->name);
}

void ArchiveWriter::whole(const std::string& name, std::string_view bytes, std::int64_t unix_time) {
  begin(name, static_cast<std::int64_t>(bytes.size()), unix_time);
  add(bytes);
  end();
}

void ArchiveWriter::finish(std::int64_t unix_time) {
  whole(entry::sums, std::string(work_->sums), unix_time);
  work_->check(archive_write_close(work_->out));
}

std::string ArchiveWriter::take() { return std::exchange(work_->bytes, std::string()); }

std::size_t ArchiveWriter::ready() const { return work_->bytes.size(); }

}  // namespace morpheus
