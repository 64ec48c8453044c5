#include <SQLiteCpp/Database.h>

#include "tests/unit/store/fixture.hpp"

namespace morpheus {
namespace {

class KnownNodes : public StoreTest {
 protected:
  KnownNodes() : forest_(add_forest("oak")), first_(add_node(forest_, 1)) {}

  std::vector<NodeState> states() const {
    std::vector<NodeState> found;
    for (const Node& node : store_->known_nodes(forest_)) found.push_back(node.state);
    return found;
  }
  void set_state(NodeState state) {
    Node node = *store_->node(first_);
    node.state = state;
    store_->update_node(node);
  }

  std::int64_t forest_;
  std::int64_t first_;
};

using States = std::vector<NodeState>;

TEST_F(KnownNodes, AreReadAnewAfterAChangeAlone) {
  const auto before = store_->known_nodes(forest_);
  EXPECT_EQ(&before.all(), &store_->known_nodes(forest_).all());
  set_state(NodeState::ready);
  EXPECT_EQ(states(), States{NodeState::ready});
  EXPECT_EQ(before.all()[0].state, NodeState::planned) << "who looks goes on";
  add_node(forest_, 2);
  EXPECT_EQ(states().size(), 2U);
}

TEST_F(KnownNodes, OfARolledBackChangeAreAsBefore) {
  {
    const Store::Transaction transaction(*store_);
    set_state(NodeState::ready);
    EXPECT_EQ(states(), States{NodeState::ready}) << "inside the transaction it is seen";
  }
  EXPECT_EQ(states(), States{NodeState::planned});
}

TEST_F(KnownNodes, GoWithTheirForest) {
  EXPECT_EQ(states().size(), 1U);
  store_->remove_forest(forest_);
  EXPECT_EQ(states().size(), 0U);
}

TEST_F(KnownNodes, ThatAnotherProgramChangedAreReadAnew) {
  EXPECT_EQ(states(), States{NodeState::planned});
  SQLite::Database(path_, SQLite::OPEN_READWRITE).exec("UPDATE nodes SET state = 'ready'");
  EXPECT_EQ(states(), States{NodeState::ready});
}

TEST_F(KnownNodes, SeeANewBootsTimes) {
  EXPECT_EQ(store_->known_nodes(forest_).all()[0].state_since.boot_id, "");
  store_->carry_over(stamp(5, "boot-b"));
  EXPECT_EQ(store_->known_nodes(forest_).all()[0].state_since.boot_id, "boot-b");
}

}  // namespace
}  // namespace morpheus
