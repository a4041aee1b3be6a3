// Owners of OpenSSL's objects and its error queue as Result. For crypto's and unseal's own .cpp files only.
#pragma once

#include <openssl/bio.h>
#include <openssl/buffer.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "core/bytes.h"
#include "core/result.h"
#include "crypto/keys.h"

namespace sekisho::crypto::detail {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Freer<Free>>;

using Bio = Owned<BIO, BIO_free_all>;
using Cms = Owned<CMS_ContentInfo, CMS_ContentInfo_free>;
using Pkey = Owned<EVP_PKEY, EVP_PKEY_free>;
using PkeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using MdContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using CipherContext = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using Store = Owned<X509_STORE, X509_STORE_free>;
using StoreContext = Owned<X509_STORE_CTX, X509_STORE_CTX_free>;

// Takes the newest reason off OpenSSL's queue and empties it.
inline std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  std::string text = reason == nullptr ? "no reason given" : reason;
  ERR_clear_error();
  return text;
}

inline std::unexpected<Error> fail_openssl(std::string code, const std::string& what, Place place = {},
                                           std::string remedy = {}) {
  return fail(std::move(code), what + ": " + openssl_reason(), std::move(place), std::move(remedy));
}

inline Bio memory_bio(ByteView bytes) {
  return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

inline ByteView bio_bytes(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {reinterpret_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)};
}

// A memory BIO that takes `size` bytes without growing.
inline Bio reserved_bio(std::size_t size) {
  BUF_MEM* memory = BUF_MEM_new();
  Bio bio(BIO_new(BIO_s_mem()));
  if (memory == nullptr || !bio || BUF_MEM_grow(memory, size + 1) == 0) {
    BUF_MEM_free(memory);
    return nullptr;
  }
  memory->length = 0;
  BIO_set_mem_buf(bio.get(), memory, BIO_CLOSE);
  return bio;
}

// The filters that CMS_dataInit puts before a content BIO: freed down to `keep`, which has another owner.
class ContentChain {
 public:
  ContentChain(BIO* head, BIO* keep) : head_(head), keep_(keep) {}
  ContentChain(const ContentChain&) = delete;
  ContentChain& operator=(const ContentChain&) = delete;
  ~ContentChain() {
    while (head_ != nullptr && head_ != keep_) {
      BIO* next = BIO_pop(head_);
      BIO_free(head_);
      head_ = next;
    }
  }
  BIO* head() const { return head_; }

 private:
  BIO* head_;
  BIO* keep_;
};

// crypto/cms.cpp: the form of a sealed part that needs no key to see: AES-256-GCM with a tag of 16 bytes (a shorter one
// could be guessed), no attributes, every key wrapped by RSA-OAEP with SHA-256. Fails with `code`.
Result<void> check_sealed_form(CMS_ContentInfo* cms, const char* code);

// crypto/cms.cpp: the signer's certificate, when the one signature fits the content; whom to trust is the caller's
// affair.
Result<Certificate> verified_signer(ByteView content, ByteView signature);

}  // namespace sekisho::crypto::detail
