#include <CLI/CLI.hpp>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>

#include "tests/tools/forest_tool/client.hpp"
#include "tests/tools/forest_tool/cross.hpp"
#include "tests/tools/forest_tool/load.hpp"
#include "tests/tools/forest_tool/publish.hpp"
#include "tests/tools/forest_tool/verify.hpp"

namespace {

using namespace morpheus;
using Chosen = std::function<int(StopSignal&)>;

constexpr int usage_status = 2;

void add_publish(CLI::App& app, Chosen& chosen) {
  auto* command = app.add_subcommand(
      "publish", "store messages in a stream until SIGTERM, and note what was acknowledged");
  auto options = std::make_shared<PublishOptions>();
  command->add_option("--url", options->urls, "servers, the next one when one fails")->required();
  command->add_option("--stream", options->stream, "made if it is missing")->required();
  command->add_option("--subject", options->subject)->required();
  command
      ->add_option("--state", options->state, "file that takes what was acknowledged; goes on where it ends")
      ->required();
  command->add_option("--rate", options->rate, "messages a second; 0: as fast as it goes")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_option("--seconds", options->seconds, "how long; 0: until SIGTERM")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_option("--count", options->count, "how many; 0: no limit")->capture_default_str();
  command->add_option("--bytes", options->body_bytes, "of a message's random body")
      ->capture_default_str()
      ->check(CLI::Range(0, 500'000));
  command->add_option("--replicas", options->replicas, "of a stream that is made")
      ->capture_default_str()
      ->check(CLI::Range(1, 5));
  command->callback(
      [options, &chosen] { chosen = [options](StopSignal& stop) { return publish(*options, stop); }; });
}

void add_verify(CLI::App& app, Chosen& chosen) {
  auto* command = app.add_subcommand("verify", "compare a stream with what publish noted");
  auto options = std::make_shared<VerifyOptions>();
  command->add_option("--url", options->urls, "servers, the next one when one fails")->required();
  command->add_option("--stream", options->stream)->required();
  command->add_option("--state", options->state, "file that publish wrote")->required();
  command->add_option("--timeout", options->seconds, "seconds to wait for each answer")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->callback(
      [options, &chosen] { chosen = [options](StopSignal& stop) { return verify(*options, stop); }; });
}

void add_load(CLI::App& app, Chosen& chosen) {
  auto* command = app.add_subcommand("load", "make one server use memory until SIGTERM");
  auto options = std::make_shared<LoadOptions>();
  command->add_option("--url", options->url)->required();
  command->add_option("--connections", options->connections)
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  command->add_option("--subscriptions", options->subscriptions, "at most, over all connections")
      ->capture_default_str()
      ->check(CLI::Range(0, 10'000'000));
  command->add_option("--subject-bytes", options->subject_bytes, "what a subscription weighs")
      ->capture_default_str()
      ->check(CLI::Range(1, 3'900));
  command->add_option("--memory-target", options->memory_target_mb, "MiB of the server; 0: all subscriptions")
      ->capture_default_str()
      ->check(CLI::Range(0, 1'000'000));
  command->callback(
      [options, &chosen] { chosen = [options](StopSignal& stop) { return load(*options, stop); }; });
}

void add_cross(CLI::App& app, Chosen& chosen) {
  auto* command = app.add_subcommand("cross", "see a message pass from one server to another");
  auto options = std::make_shared<CrossOptions>();
  command->add_option("--publish-url", options->publish_url)->required();
  command->add_option("--subscribe-url", options->subscribe_url)->required();
  command->add_option("--timeout", options->seconds, "seconds")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->callback(
      [options, &chosen] { chosen = [options](StopSignal& stop) { return cross(*options, stop); }; });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("forest-tool: real NATS clients to try a forest with", "forest-tool");
  app.require_subcommand(1);
  Chosen chosen;
  add_publish(app, chosen);
  add_verify(app, chosen);
  add_load(app, chosen);
  add_cross(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : usage_status;
  }
  StopSignal stop;
  int status = 1;
  try {
    status = chosen(stop);
  } catch (const std::exception& error) {
    std::cerr << "forest-tool: " << error.what() << '\n';
  }
  nats_CloseAndWait(answer_limit_ms);
  return status;
}
