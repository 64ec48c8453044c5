#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "daemon/store/store.hpp"

namespace morpheus {

inline WallTime wall(std::int64_t ms) { return WallTime{Millis{ms}}; }
inline Stamp stamp(std::int64_t ms, std::string boot_id = "boot-a") {
  return Stamp{wall(ms), BootTime{Millis{ms / 2}}, std::move(boot_id)};
}

// A store in a directory of its own, removed at the end.
class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "morpheus-store-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    directory_ = pattern;
    path_ = (directory_ / "morpheus.db").string();
    reopen();
  }
  ~StoreTest() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  void reopen() {
    store_.reset();
    auto opened = Store::open(path_, "installation-1");
    if (!opened) throw std::runtime_error(describe(opened.error()));
    store_ = std::move(*opened);
  }

  std::int64_t add_forest(const std::string& name) {
    Forest forest;
    forest.name = name;
    forest.provider = "local";
    return store_->add_forest(forest);
  }

  std::int64_t add_node(std::int64_t forest_id, int index) {
    Node node;
    node.forest_id = forest_id;
    node.index = index;
    node.name = fmt::format("f{}-node-{}", forest_id, index);
    return store_->add_node(node);
  }

  std::int64_t add_operation(std::int64_t forest_id, OperationState state) {
    Operation operation;
    operation.forest_id = forest_id;
    operation.forest = "oak";
    operation.state = state;
    return store_->add_operation(operation);
  }

  std::filesystem::path directory_;
  std::string path_;
  std::unique_ptr<Store> store_;
};

}  // namespace morpheus
