#pragma once

#include <string>

namespace morpheus {

// systemd.exec(5): stderr is a stream of journald's.
bool stderr_is_journal();

// Logs to stderr: with time and level for a person, with journald's priority prefixes ("<4>") when stderr is the journal's
// (JOURNAL_STREAM is set). `level` is one of debug, info, warning, error.
void set_up_logging(const std::string& level);

}  // namespace morpheus
