// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/data_hash.h"

#include <cstdint>
#include <cstdio>
#include <cstring>

namespace diffuscope::train {
namespace {

/// Eight bytes at a time, mixed as by SplitMix64 (Steele, Lea & Flood 2014).
class ContentHash
{
public:
    void add(uint64_t value)
    {
        m_state = (m_state ^ value) * 0x9e3779b97f4a7c15u;
        m_state = (m_state ^ (m_state >> 30)) * 0xbf58476d1ce4e5b9u;
        m_state ^= m_state >> 27;
    }

    void add(const void* data, std::size_t size)
    {
        add(size);
        const auto* bytes = static_cast<const unsigned char*>(data);
        for (std::size_t at = 0; at < size; at += sizeof(uint64_t)) {
            uint64_t value = 0;
            std::memcpy(&value, bytes + at, size - at < sizeof value ? size - at : sizeof value);
            add(value);
        }
    }

    std::string text() const
    {
        char digits[24];
        std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(m_state));
        return digits;
    }

private:
    uint64_t m_state = 0x2545f4914f6cdd1du;
};

template <typename Images>
ContentHash startedHash(const Images& images)
{
    ContentHash hash;
    hash.add(static_cast<uint64_t>(images.count));
    hash.add(static_cast<uint64_t>(images.height));
    hash.add(static_cast<uint64_t>(images.width));
    hash.add(images.pixels.data(), images.pixels.size());
    return hash;
}

}  // namespace

std::string dataHash(const LabelledImages& images)
{
    ContentHash hash = startedHash(images);
    hash.add(images.labels.data(), images.labels.size());
    return hash.text();
}

std::string dataHash(const CaptionedImages& images)
{
    ContentHash hash = startedHash(images);
    for (const Facts& facts : images.facts) {
        hash.add(facts.size());
        for (const auto& [key, value] : facts) {
            hash.add(key.data(), key.size());
            hash.add(value.data(), value.size());
        }
    }
    return hash.text();
}

}  // namespace diffuscope::train
