#include <gmock/gmock.h>

#include "common/archive/archive_reader.hpp"
#include "common/archive/sha256.hpp"
#include "tests/unit/control/control_box.hpp"

namespace morpheus {
namespace {

using testing::HasSubstr;

constexpr Millis long_enough{3'600'000};
constexpr Millis soon{50};
const std::string retired_digest(64, 'a');

// Moves of a real store, asked for by a client that takes each step by itself.
class Moves : public testing::Test {
 protected:
  explicit Moves(Millis patience = long_enough) : box_(limits(patience)), client_(box_.socket()) {}

  static ControlLimits limits(Millis acknowledgement) {
    ControlLimits limits;
    limits.acknowledgement = acknowledgement;
    return limits;
  }
  // Takes the archive until it is whole, which it is before its stream ends.
  std::string take_archive() {
    client_.say_request("POST", "/v1/backup/move");
    EXPECT_EQ(client_.answer().status, 200);
    IgnoredContent content;
    ArchiveReader reader(content);
    std::string bytes;
    while (!reader.is_whole()) {
      const auto piece = client_.chunk();
      reader.add(piece).value();
      bytes += piece;
    }
    return bytes;
  }
  Answer acknowledge(const std::string& digest) {
    ControlClient other(box_.socket());
    return other.ask("POST", "/v1/backup/move/" + digest + "/acknowledgement");
  }
  // What was asked of the forests.
  std::vector<std::string> asked() {
    std::vector<std::string> copy;
    box_.on_loop([&] { copy = box_.forests.asked; });
    return copy;
  }
  bool is_asked(const std::string& what) {
    return box_.comes_true([&] { return std::ranges::count(box_.forests.asked, what) == 1; });
  }

  ControlBox box_;
  ControlClient client_;
};

class ImpatientMoves : public Moves {
 protected:
  ImpatientMoves() : Moves(soon) {}
};

TEST_F(Moves, TheDaemonIsRetiredWhenTheDigestOfTheWholeArchiveComes) {
  const auto digest = sha256_of(take_archive());
  EXPECT_THAT(asked(), testing::ElementsAre("move"));
  const auto retired = acknowledge(digest);
  EXPECT_EQ(retired.status, 200) << retired.body;
  EXPECT_EQ(retired.json().at("state"), "retired");
  EXPECT_EQ(client_.chunk(), "") << "and then the stream ends";
  EXPECT_THAT(asked(), testing::Contains("retire"));
  EXPECT_EQ(acknowledge(digest).status, 409) << "once";
}

TEST_F(Moves, AnotherDigestRetiresNobody) {
  const auto digest = sha256_of(take_archive());
  for (const auto& wrong : {sha256_of(""), digest.substr(1), digest + "0", retired_digest}) {
    const auto refused = acknowledge(wrong);
    EXPECT_EQ(refused.status, 409) << wrong;
    EXPECT_THAT(refused.body, HasSubstr("not the one that was sent"));
  }
  EXPECT_THAT(asked(), testing::Not(testing::Contains("retire")));
  EXPECT_EQ(acknowledge(digest).status, 200) << "the right one still does";
}

TEST_F(Moves, WithoutAMoveThereIsNothingToAcknowledge) {
  EXPECT_THAT(acknowledge(sha256_of("")).body, HasSubstr("no move waits"));
  EXPECT_THAT(asked(), testing::IsEmpty());
}

TEST_F(Moves, AClientThatGoesBeforeItsAcknowledgementEndsTheMoveAtOnce) {
  {
    ControlClient gone(box_.socket());
    gone.say_request("POST", "/v1/backup/move");
    EXPECT_EQ(gone.answer().status, 200);
    EXPECT_NE(gone.chunk(), "");
  }
  EXPECT_TRUE(is_asked("end move")) << "the bound is an hour here";
  EXPECT_THAT(asked(), testing::Not(testing::Contains("retire")));
}

TEST_F(ImpatientMoves, WithoutAnAcknowledgementInTimeNobodyIsRetiredAndTheStreamBreaksOff) {
  const auto digest = sha256_of(take_archive());
  EXPECT_TRUE(is_asked("end move"));
  EXPECT_THROW(client_.chunk(), std::exception) << "closed without a last chunk";
  EXPECT_EQ(acknowledge(digest).status, 409) << "too late";
  EXPECT_THAT(asked(), testing::Not(testing::Contains("retire")));
}

TEST_F(Moves, APlainBackupNeedsNoAcknowledgement) {
  client_.say_request("POST", "/v1/backup");
  EXPECT_EQ(client_.answer().status, 200);
  IgnoredContent content;
  ArchiveReader reader(content);
  for (auto piece = client_.chunk(); !piece.empty(); piece = client_.chunk()) reader.add(piece).value();
  EXPECT_TRUE(reader.finish());
  EXPECT_THAT(asked(), testing::IsEmpty());
}

}  // namespace
}  // namespace morpheus
