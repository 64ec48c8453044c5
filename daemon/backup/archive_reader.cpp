#include "daemon/backup/archive_reader.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace morpheus {
namespace {

constexpr std::size_t a_read = 64 * 1024;  // bytes

}  // namespace

struct ArchiveReader::Work {
  archive* in = archive_read_new();
  int fd = -1;
  std::string name;

  Work() = default;
  ~Work() {
    archive_read_free(in);
    if (fd >= 0) ::close(fd);
  }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  Error broken() const {
    const char* why = archive_error_string(in);
    return Error{ErrorCode::invalid, fmt::format("it is damaged or cut off, or no backup: {}", why ? why : "it ends too early"),
                 "use another backup; nothing was changed"};
  }
};

ArchiveReader::ArchiveReader(std::unique_ptr<Work> work) : work_(std::move(work)) {}
ArchiveReader::~ArchiveReader() = default;

Result<std::unique_ptr<ArchiveReader>> ArchiveReader::open(const std::string& file) {
  auto work = std::make_unique<Work>();
  work->fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (work->fd < 0) return Error{ErrorCode::invalid, fmt::format("it cannot be opened: {}", std::strerror(errno)), ""};
  archive_read_support_format_tar(work->in);
  archive_read_support_filter_gzip(work->in);
  if (archive_read_open_fd(work->in, work->fd, a_read) != ARCHIVE_OK) return work->broken();
  return std::unique_ptr<ArchiveReader>(new ArchiveReader(std::move(work)));
}

Result<std::string> ArchiveReader::next() {
  archive_entry* entry = nullptr;
  const int result = archive_read_next_header(work_->in, &entry);
  if (result == ARCHIVE_EOF) return std::string();
  if (result != ARCHIVE_OK) return work_->broken();
  const char* name = archive_entry_pathname(entry);
  work_->name = name ? name : "";
  const bool link = archive_entry_hardlink(entry) != nullptr || archive_entry_symlink(entry) != nullptr;
  if (!work_->name.empty() && !link && archive_entry_filetype(entry) == AE_IFREG) return work_->name;
  return Error{ErrorCode::invalid, fmt::format("it holds \"{}\", which is no regular file", work_->name), "it is no backup of morpheusd"};
}

Result<std::string> ArchiveReader::read() {
  std::array<char, a_read> buffer{};
  const auto size = archive_read_data(work_->in, buffer.data(), buffer.size());
  if (size < 0) return work_->broken();
  return std::string(buffer.data(), static_cast<std::size_t>(size));
}

Result<std::string> ArchiveReader::read_all(std::size_t most) {
  std::string text;
  for (;;) {
    const auto piece = read();
    if (!piece) return piece.error();
    if (piece->empty()) return text;
    text += *piece;
    if (text.size() > most) return Error{ErrorCode::invalid, fmt::format("its {} is larger than {} bytes", work_->name, most), ""};
  }
}

}  // namespace morpheus
