// What writer and reader of a part's inside share: names, kinds, the form of part.json and of a line of index.jsonl.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "transport/part.h"

namespace sekisho::transport {

inline constexpr std::string_view kPartJson = "part.json";
inline constexpr std::string_view kIndexName = "index.jsonl";
inline constexpr std::string_view kWithdrawals = "withdrawals";
inline constexpr std::string_view kWithdrawalsPath = "withdrawals.jsonl";
inline constexpr std::array<std::string_view, 5> kPartKinds = {"ssmix2", "receipt", "dpc", "filters", kWithdrawals};

inline constexpr std::size_t kMaxPath = 4096;
inline constexpr std::size_t kMaxHead = 512;  // part.json always fits one block
inline constexpr std::size_t kMaxWindow = std::size_t{8} << 20;
inline constexpr std::uint32_t kSkippableMagic = 0x184D2A50;
inline constexpr std::size_t kSkippableHeader = 8;

bool is_part_kind(std::string_view kind);
std::string entry_name(std::uint32_t ordinal);  // d/000001
// Relative, not empty, at most 4096 bytes, no NUL, no ".." component: whoever unpacks by the index stays inside a
// folder.
bool is_plain_path(std::string_view path);

std::string part_head_json(const PartHead& head);
Result<PartHead> parse_part_head(ByteView json);
void append_index_line(std::string& out, const PartEntry& entry);  // with its line feed
// Fills what the index tells of `entry`, whose ordinal is known; takes the line off `text`. Error: part.index.
Result<void> parse_index_line(std::string_view& text, PartEntry& entry);

// SHA-256("skp1" || nonce || tar): binds a manifest to what its parts hold inside.
crypto::Digest commitment_of(const crypto::Digest& nonce, ByteView tar);

}  // namespace sekisho::transport
