#include "daemon/nats/leader_vote.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <set>

namespace morpheus {
namespace {

using testing::HasSubstr;

// What `server` answers to PING.JSZ; `more` is a part of meta_cluster.
std::string answer(const std::string& server, const std::string& leader, const std::string& more = "") {
  return fmt::format(R"({{"server": {{"name": "{}"}}, "data": {{"meta_cluster": {{"leader": "{}"{}}}}}}})", server, leader, more);
}
std::string leads(const std::string& server, int cluster_size) { return answer(server, server, fmt::format(R"(, "cluster_size": {})", cluster_size)); }

TEST(LeaderVote, TheLeadersOwnViewIsTakenOnceAMajorityNamesIt) {
  LeaderVote vote(3, {"n1", "n2", "n3"});
  EXPECT_FALSE(vote.take(leads("n2", 3)));
  EXPECT_TRUE(vote.take(answer("n1", "n2")));
  EXPECT_EQ(vote.outcome()->leader, "n2");
  EXPECT_EQ(vote.outcome()->cluster_size, 3);
}

TEST(LeaderVote, AForestOfOneAndItsWitnessAreTwoVotes) {
  LeaderVote vote(1, {"n1", "n1-witness"});
  EXPECT_FALSE(vote.take(leads("n1-witness", 2)));
  EXPECT_TRUE(vote.take(answer("n1", "n1-witness")));
}

TEST(LeaderVote, OneThatSaysFalselyThatItLeadsIsNotBelieved) {
  LeaderVote vote(3, {"n1", "n2", "n3"});
  EXPECT_FALSE(vote.take(leads("n1", 1))) << "a group of one is no majority of those that are known";
  EXPECT_FALSE(vote.take(answer("n3", "n2")));
  EXPECT_TRUE(vote.take(leads("n2", 3)));
  EXPECT_EQ(vote.outcome()->leader, "n2");
}

TEST(LeaderVote, WhoRepeatsItselfHasOneVote) {
  LeaderVote vote(3, {"n1", "n2", "n3"});
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(vote.take(leads("n1", 3)));
  EXPECT_FALSE(vote.take(answer("n2", "n3")));
  EXPECT_FALSE(vote.outcome());
  EXPECT_THAT(vote.outcome().error().message, HasSubstr("n1 says that it leads the meta group, and the others do not"));
}

TEST(LeaderVote, WhoAnswersUnderInventedNamesHasNoMoreVotesThanThereAreMembers) {
  LeaderVote vote(3, {"n1", "n2", "n3"});
  EXPECT_FALSE(vote.take(leads("n3", 1)));
  EXPECT_FALSE(vote.take(answer("n2", "n1")));
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(vote.take(answer(fmt::format("x{}", i), "n3")));
  EXPECT_FALSE(vote.take(leads("x21", 1)));
  EXPECT_THAT(vote.outcome().error().message, HasSubstr("\"x21\" answered, which is no core of this forest"));
  EXPECT_TRUE(vote.take(leads("n1", 3)));
  EXPECT_EQ(vote.outcome()->leader, "n1");
}

TEST(LeaderVote, WhatIsNoAnswerCountsForNobodyAndIsNamed) {
  LeaderVote vote(1, {"", "n1", "n4", "edge"});
  const std::string deep = R"({"server": {"name": "n1"}, "data": )" + std::string(300'000, '[');
  for (const auto& odd : {std::string(""), std::string("7"), std::string("{}"), deep, std::string(R"({"server": {"name": 7}, "data": {}})"),
                          std::string(R"({"server": {"name": "n1"}, "data": {"meta_cluster": []}})"), answer("", ""), answer("n4", "")}) {
    EXPECT_FALSE(vote.take(odd)) << odd.substr(0, 60);
  }
  EXPECT_EQ(vote.outcome().error().code, ErrorCode::unavailable);
  EXPECT_THAT(vote.outcome().error().message, HasSubstr("data.meta_cluster is an array, not an object"));
  EXPECT_FALSE(vote.take(R"({"server": {"name": "edge"}, "data": {"disabled": true}})"));
}

TEST(LeaderVote, NamesAreClean) {
  LeaderVote vote(1, {"n?[31m?1"});
  vote.take(R"({"server": {"name": "n\u001b[31m\n1"}, "data": {"meta_cluster": {"leader": "n\u001b[31m\n1", "cluster_size": 1}}})");
  ASSERT_TRUE(vote.outcome());
  EXPECT_EQ(vote.outcome()->leader, "n?[31m?1");
}

// Each names itself: what one answer costs does not depend on how many came before.
TEST(LeaderVote, ThousandsThatNameThemselvesAreCountedInTimeAndNoneIsBelieved) {
  constexpr int servers = 20'000;
  std::set<std::string> members;
  for (int i = 0; i < servers; ++i) members.insert("s" + std::to_string(i));
  LeaderVote vote(servers, members);
  for (int i = 0; i < servers; ++i) {
    const auto name = "s" + std::to_string(i);
    ASSERT_FALSE(vote.take(R"({"server":{"name":")" + name + R"("},"data":{"meta_cluster":{"leader":")" + name + R"(","cluster_size":3}}})"));
  }
  EXPECT_FALSE(vote.outcome());
}

}  // namespace
}  // namespace morpheus
