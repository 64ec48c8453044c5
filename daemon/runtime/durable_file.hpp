#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/error.hpp"
#include "daemon/runtime/descriptor.hpp"

namespace morpheus {

// Files that are still whole after a crash or a loss of power. Each is made with mode 0600, whatever the umask. A failure is of
// code failed, "<path>: <the system's reason>", with the caller's `hint`: what an operator does about it.

// A file that is written piece by piece where nothing is yet: nothing that is there is followed or replaced.
class NewFile {
 public:
  static Result<NewFile> make(std::filesystem::path path, std::string hint);
  Result<> write(std::string_view bytes);
  // All that was written is on the disk. The name is, after sync_directory().
  Result<> sync();

 private:
  NewFile(Descriptor descriptor, std::filesystem::path path, std::string hint);

  Descriptor descriptor_;
  std::filesystem::path path_;
  std::string hint_;
};

// Makes and syncs a file of its own at `path`. A file of that name, which a crash left, goes first.
Result<> write_file(const std::filesystem::path& path, std::string_view text, const std::string& hint);

// Writes a sibling ("<path>.tmp"), renames it, and syncs the directory: the file is whole at any moment, the old one or the new
// one, and a failure before the rename leaves the old one as it was.
Result<> replace_file(const std::filesystem::path& path, std::string_view text, const std::string& hint);

// Writes over a file in its place, padded with spaces to its size: for a full disk, where nothing new fits. Of code invalid if `text` is
// longer than the file; a crash in the middle may leave a mixture.
Result<> overwrite_file(const std::filesystem::path& path, std::string_view text, const std::string& hint);

// Makes the names in a directory outlast a loss of power.
Result<> sync_directory(const std::filesystem::path& directory, const std::string& hint);

}  // namespace morpheus
