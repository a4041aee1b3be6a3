#include "crypto/cms.h"

#include <openssl/cms.h>
#include <openssl/rsa.h>

#include "crypto/openssl_detail.h"

namespace sekisho::crypto {

using detail::Bio;
using detail::Cms;
using detail::fail_openssl;

namespace {

Result<Bytes> to_der(CMS_ContentInfo* cms, const char* code) {
  unsigned char* der = nullptr;
  const int size = i2d_CMS_ContentInfo(cms, &der);
  if (size <= 0) return fail_openssl(code, "cannot encode a CMS structure");
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

Cms from_der(ByteView der) {
  const unsigned char* at = der.data();
  Cms cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size())));
  // Bytes after the structure would travel unsigned and unseen.
  if (cms && at != der.data() + der.size()) cms.reset();
  return cms;
}

bool add_recipient(CMS_ContentInfo* cms, X509* certificate) {
  CMS_RecipientInfo* info = CMS_add1_recipient_cert(cms, certificate, CMS_KEY_PARAM);
  EVP_PKEY_CTX* context = info == nullptr ? nullptr : CMS_RecipientInfo_get0_pkey_ctx(info);
  return context != nullptr && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1;
}

}  // namespace

Result<Bytes> cms_seal(ByteView content, const std::vector<Certificate>& recipients) {
  if (recipients.empty()) return fail("seal.no_recipient", "nothing is sealed for nobody");
  const Bio in = detail::memory_bio(content);
  const Cms cms(CMS_encrypt(nullptr, nullptr, EVP_aes_256_gcm(), CMS_BINARY | CMS_PARTIAL));
  if (!cms) return fail_openssl("seal.failed", "cannot begin sealing");
  for (const Certificate& recipient : recipients)
    if (!add_recipient(cms.get(), recipient.handle()))
      return fail_openssl("seal.recipient", "cannot seal for a recipient", {.part = recipient.common_name()});
  if (CMS_final(cms.get(), in.get(), nullptr, CMS_BINARY) != 1) return fail_openssl("seal.failed", "cannot seal");
  return to_der(cms.get(), "seal.failed");
}

Result<Bytes> cms_sign(ByteView content, const Certificate& certificate, const PrivateKey& key) {
  const Bio in = detail::memory_bio(content);
  const Cms cms(
      CMS_sign(certificate.handle(), key.handle(), nullptr, nullptr, CMS_BINARY | CMS_DETACHED | CMS_PARTIAL));
  if (!cms || CMS_final(cms.get(), in.get(), nullptr, CMS_BINARY | CMS_DETACHED) != 1)
    return fail_openssl("signature.make", "cannot sign");
  return to_der(cms.get(), "signature.make");
}

// The signer's certificate, when the one signature in `signature` over `content` is right. Whom to trust is the
// caller's affair.
Result<Certificate> detail::verified_signer(ByteView content, ByteView signature) {
  const Cms cms = from_der(signature);
  if (!cms || OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed || CMS_is_detached(cms.get()) != 1 ||
      sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms.get())) != 1) {
    ERR_clear_error();
    return fail("signature.malformed", "not a detached CMS signature of one signer");
  }
  const Bio in = memory_bio(content);
  if (CMS_verify(cms.get(), nullptr, nullptr, in.get(), nullptr, CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) != 1) {
    ERR_clear_error();
    return fail("signature.wrong", "the signature does not fit the content");
  }
  STACK_OF(X509)* signers = CMS_get0_signers(cms.get());
  X509* signer = signers == nullptr || sk_X509_num(signers) != 1 ? nullptr : sk_X509_value(signers, 0);
  Result<Certificate> certificate = fail("signature.malformed", "the signature names no signer");
  if (signer != nullptr) {
    unsigned char* der = nullptr;
    const int size = i2d_X509(signer, &der);
    if (size > 0) certificate = Certificate::from_der({der, static_cast<std::size_t>(size)});
    OPENSSL_free(der);
  }
  sk_X509_free(signers);
  return certificate;
}

Result<Certificate> cms_verify(ByteView content, ByteView signature, const Trust& trust, UtcTime at) {
  SEKISHO_TRY(Certificate signer, detail::verified_signer(content, signature));
  SEKISHO_CHECK(trust.check(signer, Trust::Purpose::kSigning, at));
  return signer;
}

Result<void> cms_verify_by_root(ByteView content, ByteView signature, const Trust& trust) {
  SEKISHO_TRY(const Certificate signer, detail::verified_signer(content, signature));
  if (signer.to_der() != trust.root().to_der())
    return fail("signature.not_root", "the signature is not the root's own");
  return {};
}

Result<void> cms_check_recipients(ByteView der, const std::vector<Certificate>& recipients) {
  const Cms cms = from_der(der);
  if (!cms || OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_id_smime_ct_authEnvelopedData) {
    ERR_clear_error();
    return fail("package.part_form", "a part is not CMS AuthEnvelopedData");
  }
  STACK_OF(CMS_RecipientInfo)* infos = CMS_get0_RecipientInfos(cms.get());
  std::vector<bool> found(recipients.size(), false);
  for (int i = 0; i < sk_CMS_RecipientInfo_num(infos); ++i) {
    CMS_RecipientInfo* info = sk_CMS_RecipientInfo_value(infos, i);
    bool known = false;
    for (std::size_t r = 0; r < recipients.size() && CMS_RecipientInfo_type(info) == CMS_RECIPINFO_TRANS; ++r) {
      if (CMS_RecipientInfo_ktri_cert_cmp(info, recipients[r].handle()) != 0) continue;
      known = found[r] = true;
    }
    if (!known) return fail("package.recipients", "a part is sealed for someone who is not on the recipients list");
  }
  for (const bool one : found)
    if (!one) return fail("package.recipients", "a part is not sealed for every recipient of the list");
  return {};
}

}  // namespace sekisho::crypto
