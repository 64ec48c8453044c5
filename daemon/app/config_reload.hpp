#pragma once

#include <string>

#include "common/config/config.hpp"
#include "daemon/store/journal.hpp"

namespace morpheus {

// Takes a changed configuration file over into the configuration that the daemon runs with: growth, monitor, jetstream and the log
// level, as the table of keys says (common/config/keys.cpp). What came of it is told in events.
class ConfigReload {
 public:
  ConfigReload(Config& running, std::string path, Journal& journal);

  // Reads the file again. A bad one changes nothing; keys that need a restart keep their old value and are named. True: `running` is
  // what the file says now, but for those.
  bool take_over();

 private:
  Config& running_;
  std::string path_;
  Journal& journal_;
};

}  // namespace morpheus
