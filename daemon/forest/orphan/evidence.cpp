#include "daemon/forest/orphan/evidence.hpp"

#include <fmt/format.h>

#include "daemon/forest/node/readiness.hpp"
#include "daemon/image/nats_conf.hpp"

namespace morpheus {
namespace {

std::string or_nothing(const std::string& text) { return text.empty() ? "nothing" : "\"" + text + "\""; }

std::string what_is_wrong(const NodeReport& report, const std::string& forest, const std::string& name) {
  if (!report.varz) return report.error.empty() ? "it does not answer" : report.error;
  const Varz& varz = *report.varz;
  if (varz.server_name != name) return fmt::format("the server there calls itself {}", or_nothing(varz.server_name));
  if (varz.cluster != forest) return fmt::format("its cluster is {}, not \"{}\"", or_nothing(varz.cluster), forest);
  if (!report.healthz) return "its /healthz has not answered";
  if (!report.healthz->ok) return fmt::format("its /healthz says: {}", report.healthz->error);
  return report.jsz ? "" : "its /jsz has not answered: whether it is a core cannot be told";
}

}  // namespace

Result<Evidence> evidence_of(const NodeReport& report, const std::string& forest, const std::string& name) {
  const auto wrong = what_is_wrong(report, forest, name);
  if (!wrong.empty()) {
    return Error{ErrorCode::refused, fmt::format("{} does not answer as a node of {}: {}", name, forest, wrong),
                 fmt::format("mend it and try again, or morpheusctl delete-orphan {}", name)};
  }
  Evidence evidence;
  evidence.role = report.jsz->enabled ? NodeRole::core : NodeRole::edge;
  evidence.witness = evidence.role == NodeRole::core && is_member(*report.jsz, witness_server_name(name));
  return evidence;
}

}  // namespace morpheus
