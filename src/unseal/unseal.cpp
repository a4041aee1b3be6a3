#include "unseal/unseal.h"

#include <openssl/cms.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <optional>

#include "crypto/openssl_detail.h"

namespace sekisho::unseal {

using crypto::detail::Cms;

namespace {

constexpr std::size_t kStructureLimit = std::size_t{64} << 10;  // recipients and the rest around the content

CMS_RecipientInfo* addressed_to(CMS_ContentInfo* cms, X509* certificate) {
  STACK_OF(CMS_RecipientInfo)* infos = CMS_get0_RecipientInfos(cms);
  for (int i = 0; i < sk_CMS_RecipientInfo_num(infos); ++i) {
    CMS_RecipientInfo* info = sk_CMS_RecipientInfo_value(infos, i);
    if (CMS_RecipientInfo_type(info) == CMS_RECIPINFO_TRANS && CMS_RecipientInfo_ktri_cert_cmp(info, certificate) == 0)
      return info;
  }
  return nullptr;
}

// The plaintext of `size` bytes once the key is known. OpenSSL releases it before it has checked the tag: it stays in
// this buffer until the cipher says that all of it was right.
std::optional<Bytes> read_checked(CMS_ContentInfo* cms, std::size_t size) {
  const crypto::detail::ContentChain chain(CMS_dataInit(cms, nullptr), nullptr);
  if (chain.head() == nullptr || BIO_method_type(chain.head()) != BIO_TYPE_CIPHER) return std::nullopt;
  Bytes plain(size);
  std::size_t have = 0;
  while (have < size) {
    const int got = BIO_read(chain.head(), plain.data() + have,
                             static_cast<int>(std::min<std::size_t>(size - have, std::size_t{1} << 20)));
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  // The tag is checked when the end is read; nothing may come after the content's own length.
  std::uint8_t beyond = 0;
  const bool ended = BIO_read(chain.head(), &beyond, 1) <= 0;
  if (have != size || !ended || BIO_get_cipher_status(chain.head()) != 1) {
    OPENSSL_cleanse(plain.data(), plain.size());
    return std::nullopt;
  }
  return plain;
}

}  // namespace

Result<Bytes> cms_open(ByteView der, const crypto::Certificate& certificate, const crypto::PrivateKey& key,
                       std::size_t limit) {
  if (der.size() > limit + kStructureLimit) return fail("unseal.too_large", "a part is larger than the format allows");
  const unsigned char* at = der.data();
  const Cms cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size())));
  if (!cms || at != der.data() + der.size()) {
    ERR_clear_error();
    return fail("unseal.malformed", "a part is not CMS AuthEnvelopedData");
  }
  SEKISHO_CHECK(crypto::detail::check_sealed_form(cms.get(), "unseal.malformed"));
  const std::size_t size = static_cast<std::size_t>(ASN1_STRING_length(*CMS_get0_content(cms.get())));
  if (size > limit) return fail("unseal.too_large", "the content of a part is larger than the format allows");
  // Only the recipient of this certificate is tried: with another's entry OpenSSL would hand out garbage.
  CMS_RecipientInfo* recipient = addressed_to(cms.get(), certificate.handle());
  if (recipient == nullptr)
    return fail("unseal.not_addressed", "a part is not sealed for this recipient", {.part = certificate.common_name()});
  const auto tampered = [] {
    ERR_clear_error();
    return fail("unseal.tampered", "a part was changed after it was sealed, or its key is not this one");
  };
  if (EVP_PKEY_up_ref(key.handle()) != 1) return tampered();
  if (CMS_RecipientInfo_set0_pkey(recipient, key.handle()) != 1) {
    EVP_PKEY_free(key.handle());
    return tampered();
  }
  if (CMS_RecipientInfo_decrypt(cms.get(), recipient) != 1) return tampered();
  auto plain = read_checked(cms.get(), size);
  return plain ? Result<Bytes>(std::move(*plain)) : tampered();
}

Result<Bytes> aead_open(ByteView key32, ByteView sealed, ByteView associated) {
  constexpr std::size_t kNonce = 12, kTag = 16;
  if (key32.size() != 32) return fail("crypto.key_length", "AES-256 needs a key of 32 bytes");
  const auto tampered = [] {
    ERR_clear_error();
    return fail("unseal.tampered", "sealed data do not fit their key, or were changed");
  };
  if (sealed.size() < kNonce + kTag) return tampered();
  const crypto::detail::CipherContext context(EVP_CIPHER_CTX_new());
  Bytes plain(sealed.size() - kNonce - kTag);
  Bytes tag(sealed.end() - kTag, sealed.end());
  int size = 0;
  bool ok = EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key32.data(), sealed.data()) == 1;
  if (ok && !associated.empty())
    ok = EVP_DecryptUpdate(context.get(), nullptr, &size, associated.data(), static_cast<int>(associated.size())) == 1;
  std::size_t at = 0;
  while (ok && at < plain.size()) {
    const std::size_t piece = std::min<std::size_t>(plain.size() - at, std::size_t{1} << 30);
    ok = EVP_DecryptUpdate(context.get(), plain.data() + at, &size, sealed.data() + kNonce + at,
                           static_cast<int>(piece)) == 1;
    at += piece;
  }
  ok = ok && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) == 1 &&
       EVP_DecryptFinal_ex(context.get(), nullptr, &size) == 1;
  if (!ok) {
    OPENSSL_cleanse(plain.data(), plain.size());
    return tampered();
  }
  return plain;
}

}  // namespace sekisho::unseal
