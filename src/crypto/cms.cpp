#include "crypto/cms.h"

#include <openssl/asn1t.h>
#include <openssl/cms.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <optional>

#include "crypto/openssl_detail.h"

namespace sekisho::crypto {

using detail::Bio;
using detail::Cms;
using detail::fail_openssl;

namespace {

Result<Bytes> to_der(CMS_ContentInfo* cms, const char* code) {
  const int size = i2d_CMS_ContentInfo(cms, nullptr);
  Bytes der(static_cast<std::size_t>(std::max(size, 0)));
  unsigned char* at = der.data();
  if (size <= 0 || i2d_CMS_ContentInfo(cms, &at) != size) return fail_openssl(code, "cannot encode a CMS structure");
  return der;
}

bool write_whole(BIO* bio, ByteView bytes) {
  while (!bytes.empty()) {
    const int piece = static_cast<int>(std::min<std::size_t>(bytes.size(), std::size_t{1} << 20));
    if (BIO_write(bio, bytes.data(), piece) != piece) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(piece));
  }
  return true;
}

Cms from_der(ByteView der) {
  const unsigned char* at = der.data();
  Cms cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size())));
  // Bytes after the structure would travel unsigned and unseen.
  if (cms && at != der.data() + der.size()) cms.reset();
  return cms;
}

// RSAES-OAEP with SHA-256 for both the label's hash and the mask (RFC 4055 section 4.1), empty label.
bool is_oaep_sha256(CMS_RecipientInfo* info) {
  using Parameters = detail::Owned<RSA_OAEP_PARAMS, RSA_OAEP_PARAMS_free>;
  using Algorithm = detail::Owned<X509_ALGOR, X509_ALGOR_free>;
  X509_ALGOR* wrap = nullptr;
  if (CMS_RecipientInfo_type(info) != CMS_RECIPINFO_TRANS ||
      CMS_RecipientInfo_ktri_get0_algs(info, nullptr, nullptr, &wrap) != 1 ||
      OBJ_obj2nid(wrap->algorithm) != NID_rsaesOaep)
    return false;
  const Parameters oaep(
      static_cast<RSA_OAEP_PARAMS*>(ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_OAEP_PARAMS), wrap->parameter)));
  if (!oaep || oaep->pSourceFunc != nullptr || oaep->hashFunc == nullptr || oaep->maskGenFunc == nullptr ||
      OBJ_obj2nid(oaep->hashFunc->algorithm) != NID_sha256 || OBJ_obj2nid(oaep->maskGenFunc->algorithm) != NID_mgf1)
    return false;
  const Algorithm mask(
      static_cast<X509_ALGOR*>(ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(X509_ALGOR), oaep->maskGenFunc->parameter)));
  return mask && OBJ_obj2nid(mask->algorithm) == NID_sha256;
}

// One DER value taken off the front of `bytes`; nothing when it has not this tag.
std::optional<ByteView> take_value(ByteView& bytes, int tag, int tag_class = V_ASN1_UNIVERSAL) {
  const unsigned char* at = bytes.data();
  long length = 0;
  int found_tag = 0, found_class = 0;
  // 0x80: malformed; 0x01: of indefinite length.
  if (bytes.empty() ||
      (ASN1_get_object(&at, &length, &found_tag, &found_class, static_cast<long>(bytes.size())) & 0x81) != 0 ||
      found_tag != tag || found_class != tag_class)
    return std::nullopt;
  const ByteView value = bytes.subspan(static_cast<std::size_t>(at - bytes.data()), static_cast<std::size_t>(length));
  bytes = bytes.subspan(static_cast<std::size_t>(at - bytes.data()) + value.size());
  return value;
}

// GCMParameters of RFC 5084 section 3.2 with a nonce of 12 bytes and the whole tag of 16.
bool is_full_gcm(ByteView algorithm) {
  const unsigned char* at = algorithm.data();
  using Algorithm = detail::Owned<X509_ALGOR, X509_ALGOR_free>;
  const Algorithm cipher(d2i_X509_ALGOR(nullptr, &at, static_cast<long>(algorithm.size())));
  if (!cipher || OBJ_obj2nid(cipher->algorithm) != NID_aes_256_gcm || cipher->parameter == nullptr ||
      cipher->parameter->type != V_ASN1_SEQUENCE)
    return false;
  const ASN1_STRING* sequence = cipher->parameter->value.sequence;
  ByteView outer(sequence->data, static_cast<std::size_t>(sequence->length));
  auto fields = take_value(outer, V_ASN1_SEQUENCE);
  if (!fields) return false;
  const auto nonce = take_value(*fields, V_ASN1_OCTET_STRING), tag_size = take_value(*fields, V_ASN1_INTEGER);
  return nonce && nonce->size() == 12 && tag_size && tag_size->size() == 1 && (*tag_size)[0] == 16 && fields->empty();
}

// AuthEnvelopedData (RFC 5083 section 2.1) without its content: only what OpenSSL offers no accessor for is read here.
bool is_plain_auth_enveloped(ByteView content_info) {
  auto outer = take_value(content_info, V_ASN1_SEQUENCE);
  if (!outer || !take_value(*outer, V_ASN1_OBJECT)) return false;
  auto explicit_tag = take_value(*outer, 0, V_ASN1_CONTEXT_SPECIFIC);
  if (!explicit_tag) return false;
  auto fields = take_value(*explicit_tag, V_ASN1_SEQUENCE);
  if (!fields || !take_value(*fields, V_ASN1_INTEGER) || !take_value(*fields, V_ASN1_SET)) return false;
  auto content = take_value(*fields, V_ASN1_SEQUENCE);
  if (!content || !take_value(*content, V_ASN1_OBJECT) || !is_full_gcm(*content)) return false;
  const auto tag = take_value(*fields, V_ASN1_OCTET_STRING);
  return tag && tag->size() == 16 && fields->empty();
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
  const Cms cms(CMS_encrypt(nullptr, nullptr, EVP_aes_256_gcm(), CMS_BINARY | CMS_PARTIAL));
  if (!cms) return fail_openssl("seal.failed", "cannot begin sealing");
  for (const Certificate& recipient : recipients)
    if (!add_recipient(cms.get(), recipient.handle()))
      return fail_openssl("seal.recipient", "cannot seal for a recipient", {.part = recipient.common_name()});
  // Reserved whole: letting OpenSSL grow its buffer costs more than the cipher.
  const Bio sealed = detail::reserved_bio(content.size());
  const detail::ContentChain chain(sealed ? CMS_dataInit(cms.get(), sealed.get()) : nullptr, sealed.get());
  if (!chain.head()) return fail_openssl("seal.failed", "cannot begin sealing");
  if (!write_whole(chain.head(), content) || BIO_flush(chain.head()) != 1 ||
      CMS_dataFinal(cms.get(), chain.head()) != 1)
    return fail_openssl("seal.failed", "cannot seal");
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

namespace {

// One signer with signed attributes (without them, the attributes of another signature could pass as content) and a
// digest of the SHA-2 family, over plain data that is not inside.
bool is_detached_signature(CMS_ContentInfo* cms) {
  if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed || CMS_is_detached(cms) != 1 ||
      OBJ_obj2nid(CMS_get0_eContentType(cms)) != NID_pkcs7_data)
    return false;
  STACK_OF(CMS_SignerInfo)* signers = CMS_get0_SignerInfos(cms);
  if (sk_CMS_SignerInfo_num(signers) != 1) return false;
  CMS_SignerInfo* signer = sk_CMS_SignerInfo_value(signers, 0);
  X509_ALGOR* digest = nullptr;
  CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &digest, nullptr);
  const int nid = digest == nullptr ? NID_undef : OBJ_obj2nid(digest->algorithm);
  return CMS_signed_get_attr_count(signer) > 0 && (nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512);
}

}  // namespace

// The signer's certificate, when the one signature in `signature` over `content` is right. Whom to trust is the
// caller's affair.
Result<Certificate> detail::verified_signer(ByteView content, ByteView signature) {
  const Cms cms = from_der(signature);
  if (!cms || !is_detached_signature(cms.get())) {
    ERR_clear_error();
    return fail("signature.malformed", "not a detached CMS signature of one signer");
  }
  // Behind a filter: OpenSSL 3.0 copies a bare memory BIO and loses the copy when the list of digests is unknown.
  const Bio in(BIO_new(BIO_f_null()));
  Bio bytes = memory_bio(content);
  if (!in || !bytes) return fail_openssl("signature.memory", "no memory to check a signature");
  BIO_push(in.get(), bytes.release());
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

Result<void> detail::check_sealed_form(CMS_ContentInfo* cms, const char* code) {
  const auto malformed = [code](const char* what) {
    ERR_clear_error();
    return fail(code, what);
  };
  if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_id_smime_ct_authEnvelopedData)
    return malformed("a part is not CMS AuthEnvelopedData");
  ASN1_OCTET_STRING** content = CMS_get0_content(cms);
  if (content == nullptr || *content == nullptr) return malformed("a part holds no content");
  // Encoded again without its content, a few KiB are left to read, of definite lengths whatever came in.
  ASN1_OCTET_STRING* held = std::exchange(*content, nullptr);
  const auto header = to_der(cms, code);
  *content = held;
  if (!header || !is_plain_auth_enveloped(*header))
    return malformed("a part is not sealed with AES-256-GCM and its whole tag");
  STACK_OF(CMS_RecipientInfo)* infos = CMS_get0_RecipientInfos(cms);
  for (int i = 0; i < sk_CMS_RecipientInfo_num(infos); ++i)
    if (!is_oaep_sha256(sk_CMS_RecipientInfo_value(infos, i)))
      return malformed("the key of a part is not wrapped by RSA-OAEP with SHA-256");
  return {};
}

Result<void> cms_check_recipients(ByteView der, const std::vector<Certificate>& recipients) {
  const Cms cms = from_der(der);
  if (!cms) {
    ERR_clear_error();
    return fail("package.part_form", "a part is not CMS AuthEnvelopedData");
  }
  SEKISHO_CHECK(detail::check_sealed_form(cms.get(), "package.part_form"));
  STACK_OF(CMS_RecipientInfo)* infos = CMS_get0_RecipientInfos(cms.get());
  std::vector<bool> found(recipients.size(), false);
  for (int i = 0; i < sk_CMS_RecipientInfo_num(infos); ++i) {
    CMS_RecipientInfo* info = sk_CMS_RecipientInfo_value(infos, i);
    bool known = false;
    for (std::size_t r = 0; r < recipients.size() && !known; ++r)
      if (!found[r] && CMS_RecipientInfo_ktri_cert_cmp(info, recipients[r].handle()) == 0) known = found[r] = true;
    if (!known) return fail("package.recipients", "a part is sealed for someone who is not on the recipients list");
  }
  if (std::ranges::find(found, false) != found.end())
    return fail("package.recipients", "a part is not sealed for every recipient of the list");
  return {};
}

}  // namespace sekisho::crypto
