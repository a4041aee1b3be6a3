// Files read ahead are the files as they are, in the order asked for; what cannot be read ahead is left to the caller.
#include "core/read_ahead.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>

#include "core/file.h"

namespace sekisho {
namespace {

TEST(ReadAhead, FilesOfAllSizesComeAsTheyAreAndInOrder) {
  const auto folder = TemporaryFolder::create("read-ahead");
  ASSERT_TRUE(folder.has_value());
  std::mt19937 random(3);
  std::vector<std::string> paths;
  std::vector<std::optional<Bytes>> wanted;
  for (int i = 0; i < 150; ++i) {
    const std::size_t sizes[] = {0, 1, 700, 4096, ReadAhead::kLargest, ReadAhead::kLargest + 1, 200'000};
    Bytes content(sizes[random() % 7]);
    for (std::uint8_t& byte : content)
      byte = static_cast<std::uint8_t>(random());
    paths.push_back((folder->path() / std::to_string(i)).string());
    const bool absent = random() % 20 == 0;
    if (!absent) ASSERT_TRUE(write_file_durable(paths.back(), content).has_value());
    const bool small = !absent && content.size() <= ReadAhead::kLargest;
    wanted.push_back(small ? std::optional(std::move(content)) : std::nullopt);
  }
  ReadAhead ahead;
  // Where the kernel forbids io_uring nothing is read ahead, and the caller reads every file.
  const bool reads = ahead.available();
  for (const std::size_t taken : {paths.size(), std::size_t{70}, std::size_t{0}, paths.size()}) {
    std::vector<const char*> views;
    for (std::size_t i = 0; i < paths.size(); ++i)
      views.push_back(i % 11 == 5 ? nullptr : paths[i].c_str());
    ahead.begin(std::move(views));
    for (std::size_t i = 0; i < taken; ++i) {  // the rest is never taken
      const auto content = ahead.take();
      const bool expected = reads && i % 11 != 5 && wanted[i].has_value();
      ASSERT_EQ(content.has_value(), expected) << i;
      if (expected) EXPECT_TRUE(std::ranges::equal(*content, *wanted[i])) << i;
    }
    if (taken == paths.size()) EXPECT_FALSE(ahead.take().has_value());
  }
}

}  // namespace
}  // namespace sekisho
