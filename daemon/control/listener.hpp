#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <string>

#include "common/error.hpp"

namespace morpheus {

namespace asio = boost::asio;

// The listening Unix socket and its file.
class Listener {
 public:
  explicit Listener(const asio::any_io_executor& executor);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Makes the socket (mode 0666, missing directories 0755) and listens. A socket that nobody answers on is
  // replaced. conflict: somebody does; invalid: the path is too long for a socket; failed: something else is
  // there, and stays.
  Result<> open(const std::string& path);

  // Takes over a socket that listens already, and whose file is somebody else's to remove.
  Result<> adopt(int descriptor);

  // Listens no more, and removes the file unless it is another's by now.
  void close();

  asio::local::stream_protocol::acceptor& acceptor() { return acceptor_; }

 private:
  asio::local::stream_protocol::acceptor acceptor_;
  std::string path_;  // empty: no file is ours
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace morpheus
