// Invariant 2: the library that the outer zone's programs link holds no way to decrypt.
#include <gtest/gtest.h>

#include "core/process.h"

namespace sekisho {
namespace {

// Every entry of libcrypto that opens what was sealed for a key (names with this beginning).
constexpr const char* kOpeners[] = {"CMS_decrypt",
                                    "CMS_RecipientInfo_decrypt",
                                    "CMS_EncryptedData_decrypt",
                                    "EVP_PKEY_decrypt",
                                    "EVP_Decrypt",
                                    "EVP_CipherInit",
                                    "EVP_CipherUpdate",
                                    "EVP_Open",
                                    "PKCS7_decrypt",
                                    "PKCS7_dataDecode",
                                    "RSA_private_decrypt",
                                    "CMS_RecipientInfo_set0_pkey",
                                    "CMS_decrypt_set1_pkey"};

std::string openers_in(const char* library) {
  const auto symbols = run_command({"nm", "--undefined-only", "--format=just-symbols", library});
  EXPECT_TRUE(symbols && symbols->status == 0);
  EXPECT_NE(symbols->out.find("CMS_"), std::string::npos) << "nm must have seen something";
  std::string found;
  for (const char* opener : kOpeners)
    if (symbols->out.find(opener) != std::string::npos) found += std::string(opener) + " ";
  return found;
}

TEST(SymbolsTest, CryptoCannotDecrypt) {
  EXPECT_EQ(openers_in(SEKISHO_CRYPTO_LIBRARY), "");
}

TEST(SymbolsTest, TheSearchFindsTheOpenersWhereTheyAre) {
  EXPECT_NE(openers_in(SEKISHO_UNSEAL_LIBRARY), "");
}

}  // namespace
}  // namespace sekisho
