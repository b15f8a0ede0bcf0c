// Large blocks of memory on the processor. A step frees and asks again for the same few hundred megabytes of maps. The C library puts
// small blocks into the holes that they leave, into which the next map no longer fits: the process grows to a quarter more than is ever in
// use. Here large blocks lie by themselves, in one range of addresses, and freed ones are kept: the kernel would clear each page anew.
#include "bridge.h"

#include <c10/core/CPUAllocator.h>

#ifdef __linux__
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>

namespace {

constexpr size_t kLarge = size_t{128} << 10; // what the C library would map by itself if nobody told it otherwise
constexpr size_t kHuge = size_t{2} << 20;    // of a page where the system gives such on request: a map then is two entries of the TLB
constexpr size_t kStep = size_t{64} << 20;   // of memory that is made usable at a time

size_t rounded(size_t bytes, size_t to) { return (bytes + to - 1) / to * to; }

// The smallest free block that is large enough, of several the first; neighbours that are free become one.
class Pool {
public:
    Pool() {
        page_ = static_cast<size_t>(sysconf(_SC_PAGESIZE));
        memory_ = static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * page_;
        const auto size = rounded(2 * memory_, kHuge);
        rlimit limit;
        if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur != RLIM_INFINITY) return; // addresses are scarce: all goes to the C library
        void* range = mmap(nullptr, size + kHuge, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (range == MAP_FAILED) return;
        begin_ = usable_ = furthest_ = reinterpret_cast<char*>(rounded(reinterpret_cast<size_t>(range), kHuge));
        end_ = begin_ + size;
        madvise(begin_, size, MADV_HUGEPAGE); // no matter whether it is granted
        insert(begin_, size);
    }

    bool holds(const void* block) const { return block >= begin_ && block < end_; }

    void* take(size_t bytes) {
        if (bytes > memory_) return nullptr; // the C library refuses it, where here only its pages would be missing, one by one
        const std::lock_guard<std::mutex> lock(mutex_);
        bytes = rounded(bytes, page_);
        const auto found = by_size_.lower_bound({bytes, nullptr});
        if (found == by_size_.end()) return nullptr;
        const auto [size, block] = *found;
        if (!make_usable(block + bytes)) return nullptr;
        taken_.emplace(block, bytes);
        erase(block, size);
        if (size > bytes) insert(block + bytes, size - bytes);
        in_use_ += bytes;
        return block;
    }

    void give(void* pointer) {
        const std::lock_guard<std::mutex> lock(mutex_);
        auto* block = static_cast<char*>(pointer);
        const auto found = taken_.find(block);
        if (found == taken_.end()) std::abort(); // freed twice, or never taken: nothing here can be trusted any more
        auto size = found->second;
        taken_.erase(found);
        in_use_ -= size;
        const auto after = free_.lower_bound(block);
        if (after != free_.begin()) {
            const auto [before, length] = *std::prev(after);
            if (before + length == block) {
                erase(before, length);
                block = before;
                size += length;
            }
        }

        if (const auto next = free_.find(block + size); next != free_.end()) {
            const auto length = next->second;
            erase(block + size, length);
            size += length;
        }

        insert(block, size);
    }

    // Gives the pages of free blocks back to the system.
    void trim() {
        const std::lock_guard<std::mutex> lock(mutex_);
        for (const auto& [block, size] : free_)
            if (block < usable_) madvise(block, std::min<size_t>(size, static_cast<size_t>(usable_ - block)), MADV_DONTNEED);
    }

    int64_t in_use() {
        const std::lock_guard<std::mutex> lock(mutex_);
        return static_cast<int64_t>(in_use_);
    }

    int64_t span() { // up to the end of the last block that was ever taken
        const std::lock_guard<std::mutex> lock(mutex_);
        return furthest_ - begin_;
    }

private:
    bool make_usable(char* end) {
        if (end > usable_) {
            const auto length = std::min(rounded(static_cast<size_t>(end - usable_), kStep), static_cast<size_t>(end_ - usable_));
            if (mprotect(usable_, length, PROT_READ | PROT_WRITE) != 0) return false;
            usable_ += length;
        }

        furthest_ = std::max(furthest_, end);
        return true;
    }

    void insert(char* block, size_t size) {
        free_.emplace(block, size);
        by_size_.emplace(size, block);
    }

    void erase(char* block, size_t size) {
        free_.erase(block);
        by_size_.erase({size, block});
    }

    std::mutex mutex_;
    size_t page_ = 4096, memory_ = 0, in_use_ = 0;
    char *begin_ = nullptr, *usable_ = nullptr, *end_ = nullptr, *furthest_ = nullptr;
    std::map<char*, size_t> free_;
    std::set<std::pair<size_t, char*>> by_size_;
    std::unordered_map<char*, size_t> taken_;
};

Pool& pool() {
    static Pool* only = new Pool; // never destroyed: tensors may be freed when the process is on its way out
    return *only;
}

std::atomic<bool> keeping{false};
c10::Allocator* small_blocks = nullptr; // libtorch's own, also for what does not fit into the range
c10::DeleterFnPtr free_small = nullptr;

void release(void* block) {
    if (pool().holds(block)) pool().give(block);
    else free_small(block);
}

// Newer versions ask for the first of these, older ones for the second; either may or may not be virtual.
struct LargeBlocks final : c10::Allocator {
    c10::DataPtr allocate(size_t bytes) { return make(bytes); }
    c10::DataPtr allocate(size_t bytes) const { return make(bytes); }
    c10::DeleterFnPtr raw_deleter() const override { return &release; }
    void copy_data(void* to, const void* from, size_t bytes) const { std::memcpy(to, from, bytes); }

private:
    static c10::DataPtr make(size_t bytes) {
        void* block = bytes < kLarge ? nullptr : pool().take(bytes);
        if (block == nullptr) block = small_blocks->raw_allocate(bytes); // has the words for it when there is no memory
        return {block, block, &release, c10::Device(c10::DeviceType::CPU)};
    }
};

} // namespace

kt_status kt_memory_keep(void) {
    return kinema::guard([] {
        static const bool once = [] {
            small_blocks = c10::GetCPUAllocator();
            free_small = small_blocks->raw_deleter();
            if (free_small == nullptr) return false; // an allocator that cannot do that stays as it is
            pool();
            c10::SetCPUAllocator(new LargeBlocks);
            return keeping = true;
        }();
        (void)once;
    });
}

void kt_memory_trim(void) {
    if (keeping) pool().trim();
}

void kt_memory_use(int64_t* in_use, int64_t* span) {
    *in_use = keeping ? pool().in_use() : 0;
    *span = keeping ? pool().span() : 0;
}

#else // elsewhere libtorch's own allocator serves all sizes

kt_status kt_memory_keep(void) { return KT_OK; }

void kt_memory_trim(void) {}

void kt_memory_use(int64_t* in_use, int64_t* span) { *in_use = *span = 0; }

#endif
