#include "common/archive/inflater.hpp"

#include <zlib.h>

#include <array>
#include <stdexcept>

#include "common/archive/damaged.hpp"

namespace morpheus {
namespace {

constexpr std::size_t unpacked_piece = std::size_t{64} << 10;  // bytes
constexpr int gzip_only = 16;                                  // added to zlib's window

}  // namespace

struct Inflater::Stream {
  z_stream z{};
  std::array<char, unpacked_piece> out{};

  Stream() {
    if (::inflateInit2(&z, MAX_WBITS + gzip_only) != Z_OK) throw std::runtime_error("zlib cannot unpack");
  }
  ~Stream() { ::inflateEnd(&z); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
};

Inflater::Inflater() : stream_(std::make_unique<Stream>()) {}
Inflater::~Inflater() = default;

Result<> Inflater::add(std::string_view bytes, const Out& out) {
  z_stream& z = stream_->z;
  z.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));  // zlib only reads it
  z.avail_in = static_cast<uInt>(bytes.size());
  bool full = false;  // there may be more to come of what was read
  while (z.avail_in > 0 || full) {
    if (ended_) return damaged("something follows its end");
    z.next_out = reinterpret_cast<Bytef*>(stream_->out.data());
    z.avail_out = static_cast<uInt>(stream_->out.size());
    const int result = ::inflate(&z, Z_NO_FLUSH);
    ended_ = result == Z_STREAM_END;
    if (!ended_ && result != Z_OK && result != Z_BUF_ERROR) return damaged(z.msg ? z.msg : "it is not gzip");
    full = !ended_ && z.avail_out == 0;
    const auto taken = out({stream_->out.data(), stream_->out.size() - z.avail_out});
    if (!taken) return taken;
  }
  return {};
}

}  // namespace morpheus
