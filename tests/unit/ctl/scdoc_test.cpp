#include <gmock/gmock.h>

#include "ctl/command/table.hpp"
#include "ctl/document/scdoc.hpp"

namespace morpheus::ctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Scdoc, KeepsWhatIsMarkupLiteral) {
  EXPECT_EQ(scdoc_text("growth.max_nodes <x> *y* \\"), "growth.max\\_nodes \\<x> \\*y\\* \\\\");
}

TEST(Scdoc, HasEveryKeyWithItsRangeAndDefault) {
  const auto text = scdoc_keys(config_keys());
  for (const Key& key : config_keys()) {
    EXPECT_THAT(text, HasSubstr("*" + scdoc_text(key.name) + "*\n"));
    EXPECT_THAT(text, HasSubstr(scdoc_text(key.range)));
  }
  EXPECT_THAT(text, HasSubstr("## growth\n\n*growth.enabled*\n\tTrue or false: the daemon grows forests by itself. Default false.\n\n"));
  EXPECT_THAT(text, HasSubstr("Default /var/lib/morpheus/morpheus.db. Needs a restart.\n"));
  EXPECT_THAT(text, HasSubstr("without it there is none. Not set by default.\n"));
}

TEST(Scdoc, HasEveryCommandWithItsWordsAndFlags) {
  CLI::App app;
  Options options;
  Action action;
  add_command_line(app, options, action);
  const auto text = scdoc_commands(app);
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    EXPECT_THAT(text, HasSubstr("*" + command->get_name())) << command->get_name();
  }
  EXPECT_THAT(text, HasSubstr("## What happened, and why\n\n*explain* [_FOREST_]\n"));
  EXPECT_THAT(text, HasSubstr("*plant* _PROVIDER_ _SIZE_\n\tCreate a forest.\n\n"));
  EXPECT_THAT(text, HasSubstr("*shrink* [_FOREST_]\n"));
  EXPECT_THAT(text, HasSubstr("*config check* [_FILE_]\n"));
  EXPECT_THAT(text, HasSubstr("\t*-n*, *--interval* _INTERVAL_\n\t\tSeconds between two looks. Default 2.\n"));
  EXPECT_THAT(text, Not(HasSubstr("--help")));
  EXPECT_THAT(scdoc_flags(app), HasSubstr("*--socket* _SOCKET_\n\tThe daemon's control socket. Default /run/morpheus/control.sock."));
}

}  // namespace
}  // namespace morpheus::ctl::test
