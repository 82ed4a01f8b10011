#include "scheduler.h"

#include "count.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace cudasim {

namespace {

constexpr uint64_t kYieldsWithoutProgress = 30'000'000;

Scheduler* running = nullptr;

/// Fibers are kept for later kernels: their stacks cost more than they do.
std::vector<Fiber*>& sparedFibers() {
    static std::vector<Fiber*>& fibers = *new std::vector<Fiber*>;
    return fibers;
}

template <typename T>
void shuffle(std::vector<T>& values) {
    for (size_t i = values.size(); i > 1; i--) std::swap(values[i - 1], values[nextRandom() % i]);
}

}  // namespace

Scheduler::Scheduler(const Function& function, const Shape& shape, size_t shared, void** arguments)
    : function_(function), shape_(shape), shared_(shared), arguments_(arguments) {
    // Blocks in an order of no meaning: a step that has no factor in common with their number.
    uint64_t count = shape.blocks();
    blockStep_ = count > 2 ? nextRandom() % count : 1;
    while (std::gcd(blockStep_, count) != 1) blockStep_ = blockStep_ + 1 < count ? blockStep_ + 1 : 1;
    size_t resident = shape.cooperative ? count : 1;
    for (size_t i = 0; i < resident; i++) {
        blocks_.push_back(std::make_unique<Block>());
        setUp(blocks_.back().get(), nextBlock_++);
    }
}

void Scheduler::setUp(Block* block, uint64_t number) {
    uint64_t n = static_cast<uint64_t>(static_cast<__uint128_t>(number) * blockStep_ % shape_.blocks());
    block->index = {static_cast<unsigned>(n % shape_.grid.x), static_cast<unsigned>(n / shape_.grid.x % shape_.grid.y),
                    static_cast<unsigned>(n / shape_.grid.x / shape_.grid.y)};
    unsigned count = shape_.threads();
    if (block->order.empty()) {
        block->threads.resize(count);
        block->order.resize(count);
        block->dynamicShared.resize(shared_ + 64);
        block->warps.resize((count + 31) / 32);
    }
    // Of blocks that take each other's place, as many as it takes to notice who relies on an order.
    if (shape_.cooperative || number < 16) {
        std::iota(block->order.begin(), block->order.end(), 0u);
        std::vector<unsigned> warps((count + 31) / 32);
        std::iota(warps.begin(), warps.end(), 0u);
        shuffle(warps);
        unsigned flip = static_cast<unsigned>(nextRandom() % 32);
        size_t at = 0;
        for (unsigned warp : warps) {
            for (unsigned lane = 0; lane < 32; lane++) {
                unsigned thread = warp * 32 + (lane ^ flip);
                if (thread < count) block->order[at++] = thread;
            }
        }
        memset(block->dynamicShared.data(), 0xFF, block->dynamicShared.size());
        const cudasim_module_table& table = function_.table();
        size_t bytes = static_cast<size_t>(table.sharedEnd - table.sharedBegin);
        if (shape_.cooperative) {
            block->staticShared.assign(bytes, static_cast<char>(0xFF));
        } else if (bytes > 0) {
            memset(table.sharedBegin, 0xFF, bytes);
        }
    }
    block->started = block->exited = block->atBarrier = 0;
    live_ += count;
}

Thread* Scheduler::nextUnstarted() {
    while (true) {
        for (; firstOpen_ < blocks_.size(); firstOpen_++) {
            Block* block = blocks_[firstOpen_].get();
            if (block->started < block->order.size()) {
                Thread* thread = &block->threads[block->order[block->started++]];
                thread->block = block;
                thread->index = static_cast<unsigned>(thread - block->threads.data());
                return thread;
            }
        }
        if (shape_.cooperative || live_ > 0 || nextBlock_ == shape_.blocks()) return nullptr;
        setUp(blocks_[0].get(), nextBlock_++);
        firstOpen_ = 0;
    }
}

/// The block's static __shared__ variables take the place of another block's.
void Scheduler::enter(Block* block) {
    if (!shape_.cooperative || entered_ == block) return;
    const cudasim_module_table& table = function_.table();
    size_t bytes = static_cast<size_t>(table.sharedEnd - table.sharedBegin);
    if (bytes > 0) {
        if (entered_ != nullptr) memcpy(entered_->staticShared.data(), table.sharedBegin, bytes);
        memcpy(table.sharedBegin, block->staticShared.data(), bytes);
    }
    entered_ = block;
}

void Scheduler::makeCurrent(Thread* thread) {
    enter(thread->block);
    current_ = thread;
    thread->state = State::Running;
    *function_.table().self = &thread->seen;
}

void Scheduler::start(Thread* thread) {
    cudasim_thread& seen = thread->seen;
    unsigned i = thread->index;
    seen.threadIdx = {i % shape_.block.x, i / shape_.block.x % shape_.block.y, i / shape_.block.x / shape_.block.y};
    seen.blockIdx = thread->block->index;
    seen.blockDim = shape_.block;
    seen.gridDim = shape_.grid;
    seen.lane = i % 32;
    auto shared = reinterpret_cast<uintptr_t>(thread->block->dynamicShared.data());
    seen.dynamicShared = reinterpret_cast<void*>((shared + 63) / 64 * 64);
    makeCurrent(thread);
    function_.kernel->call(arguments_);
    finish(thread);
}

/// What each fiber runs: threads that haven't begun, one after another, until one of them is left waiting.
void Scheduler::fiberMain() {
    while (true) {
        Scheduler* s = running;
        Fiber* self = s->idleFibers_.back();
        s->idleFibers_.pop_back();
        while (Thread* thread = s->nextUnstarted()) {
            thread->fiber = self;
            s->start(thread);
            s = running;
        }
        Fiber* fiber = s->next();
        s->idleFibers_.push_back(self);
        switchFiber(self, fiber);
    }
}

bool Scheduler::unstarted() const {
    if (firstOpen_ >= blocks_.size()) return false;
    const Block& block = *blocks_[firstOpen_];
    return block.started < block.order.size() || firstOpen_ + 1 < blocks_.size();
}

/// Where to go on: threads that haven't begun come first, so that nobody relies on another's having waited for it.
Fiber* Scheduler::next() {
    if (unstarted()) {
        std::vector<Fiber*>& spared = sparedFibers();
        if (idleFibers_.empty()) {
            if (spared.empty()) spared.push_back(makeFiber(&Scheduler::fiberMain));
            idleFibers_.push_back(spared.back());
            spared.pop_back();
        }
        return idleFibers_.back();
    }
    if (ready_.empty()) return &main_;
    Thread* thread = ready_.front();
    ready_.pop_front();
    makeCurrent(thread);
    return thread->fiber;
}

void Scheduler::run() {
    running = this;
    while (live_ > 0) {
        Fiber* fiber = next();
        if (fiber == &main_) deadlock();
        switchFiber(&main_, fiber);
    }
    std::vector<Fiber*>& spared = sparedFibers();
    spared.insert(spared.end(), idleFibers_.begin(), idleFibers_.end());
    running = nullptr;
}

void Scheduler::suspend(Thread* thread) {
    Fiber* fiber = next();
    if (fiber != thread->fiber) switchFiber(thread->fiber, fiber);
}

void Scheduler::wake(Thread* thread) {
    thread->state = State::Ready;
    ready_.push_back(thread);
}

void Scheduler::finish(Thread* thread) {
    Block* block = thread->block;
    thread->state = State::Exited;
    block->exited++;
    live_--;
    idleYields_ = 0;
    current_ = nullptr;
}

int Scheduler::barrier(int line, int predicate) {
    Thread* me = current_;
    Block* block = me->block;
    me->line = line;
    me->predicate = predicate != 0;
    if (++block->atBarrier < block->threads.size()) {
        me->state = State::AtBarrier;
        suspend(me);
        return me->predicate;
    }
    int votes = 0;
    for (Thread& t : block->threads) {
        if (t.line != line) {
            die("kernel %s, block (%u, %u, %u): threads wait at different barriers, in lines %d and %d",
                function_.name(), block->index.x, block->index.y, block->index.z, line, t.line);
        }
        votes += t.predicate;
    }
    block->atBarrier = 0;
    idleYields_ = 0;
    // In an order of no meaning: from somewhere on, backwards or forwards.
    size_t count = block->threads.size(), step = nextRandom() % 2 == 0 ? 1 : count - 1, at = nextRandom() % count;
    for (size_t i = 0; i < count; i++, at = (at + step) % count) {
        block->threads[at].predicate = votes;
        if (&block->threads[at] != me) wake(&block->threads[at]);
    }
    return votes;
}

void Scheduler::checkExchangePartners(const Thread* arrived, const Thread* partner) const {
    const char* why = nullptr;
    if (partner->state == State::Exited) why = "a lane of the mask has ended";
    if (partner->state == State::AtExchange && partner->kind != arrived->kind) why = "lanes call different intrinsics";
    if (partner->state == State::AtExchange && partner->mask != arrived->mask) why = "lanes give different masks";
    if (why != nullptr) {
        die("kernel %s, %s: warp intrinsic with mask %08x: %s (lane %u)", function_.name(), where().c_str(),
            arrived->mask, why, partner->index % 32);
    }
}

/// Whether the thread is the last of its mask to arrive.
bool Scheduler::exchangeComplete(const Thread* arrived) {
    Block* block = arrived->block;
    unsigned first = arrived->index / 32 * 32, lane = arrived->index % 32;
    size_t lanes = std::min<size_t>(32, block->threads.size() - first);
    if (lanes < 32 && arrived->mask >> lanes != 0) {
        die("kernel %s, %s: warp intrinsic with mask %08x, but the block has only %zu threads", function_.name(),
            where().c_str(), arrived->mask, block->threads.size());
    }
    Group* free = nullptr;
    for (Group& group : block->warps[arrived->index / 32].groups) {
        if (group.mask == arrived->mask && group.kind == arrived->kind) {
            group.arrived |= 1u << lane;
            if (group.arrived != group.mask) return false;
            group.mask = 0;
            return true;
        }
        if (group.mask == 0) free = &group;
    }
    if (free == nullptr) {
        die("kernel %s, %s: lanes of one warp wait for each other with more than 4 masks", function_.name(),
            where().c_str());
    }
    if (arrived->mask == 1u << lane) return true;
    *free = {arrived->mask, 1u << lane, arrived->kind};
    return false;
}

void Scheduler::deliver(const Thread* arrived) {
    Thread* warp = &arrived->block->threads[arrived->index / 32 * 32];
    unsigned long long values[32] = {};
    unsigned long long ballot = 0;
    for (unsigned lane = 0; lane < 32; lane++) {
        if ((arrived->mask >> lane & 1) == 0) continue;
        values[lane] = warp[lane].value;
        if (values[lane] != 0) ballot |= 1ull << lane;
    }
    unsigned flip = static_cast<unsigned>(nextRandom() % 32);
    for (unsigned i = 0; i < 32; i++) {
        unsigned lane = i ^ flip;
        if ((arrived->mask >> lane & 1) == 0) continue;
        Thread& t = warp[lane];
        bool known = arrived->mask >> (t.source & 31) & 1;
        t.value = t.kind == cudasim_ballot ? ballot : known ? values[t.source & 31] : ~0ull;
        if (&t != arrived) wake(&t);
    }
    idleYields_ = 0;
}

unsigned long long Scheduler::exchange(int kind, unsigned mask, unsigned long long value, unsigned source) {
    Thread* me = current_;
    if ((mask >> (me->index % 32) & 1) == 0) {
        die("kernel %s, %s: warp intrinsic with mask %08x, which lacks the caller's lane", function_.name(),
            where().c_str(), mask);
    }
    me->kind = kind;
    me->mask = mask;
    me->value = value;
    me->source = source;
    me->state = State::AtExchange;
    if (exchangeComplete(me)) {
        deliver(me);
        me->state = State::Running;
    } else {
        suspend(me);
    }
    return me->value;
}

void Scheduler::yield() {
    if (++idleYields_ > kYieldsWithoutProgress) {
        die("kernel %s: threads spin and none gets on (%s)", function_.name(), where().c_str());
    }
    Thread* me = current_;
    wake(me);
    suspend(me);
}

void Scheduler::trap(const char* what) { die("kernel %s, %s: %s", function_.name(), where().c_str(), what); }

std::string Scheduler::where() const {
    if (current_ == nullptr) return "between threads";
    const cudasim_thread& t = current_->seen;
    char text[128];
    snprintf(text, sizeof text, "block (%u, %u, %u), thread (%u, %u, %u)", t.blockIdx.x, t.blockIdx.y, t.blockIdx.z,
             t.threadIdx.x, t.threadIdx.y, t.threadIdx.z);
    return text;
}

void Scheduler::deadlock() const {
    for (const auto& block : blocks_) {
        if (block->exited == block->threads.size()) continue;
        const Thread* atBarrier = nullptr;
        const Thread* atExchange = nullptr;
        unsigned exchanging = 0;
        for (const Thread& t : block->threads) {
            if (t.state == State::AtBarrier) atBarrier = &t;
            if (t.state == State::AtExchange) {
                atExchange = &t;
                exchanging++;
            }
        }
        if (atExchange != nullptr) {
            const Thread* warp = &block->threads[atExchange->index / 32 * 32];
            for (unsigned lane = 0; lane < 32; lane++) {
                if (atExchange->mask >> lane & 1) checkExchangePartners(atExchange, warp + lane);
            }
        }
        die("kernel %s, block (%u, %u, %u): no thread can go on: %u of %zu wait at a barrier%s%s, %u at a warp "
            "intrinsic, %u have ended",
            function_.name(), block->index.x, block->index.y, block->index.z, block->atBarrier, block->threads.size(),
            atBarrier == nullptr ? "" : " in line ",
            atBarrier == nullptr ? "" : std::to_string(atBarrier->line).c_str(), exchanging, block->exited);
    }
    die("kernel %s: no thread can go on", function_.name());
}

}  // namespace cudasim

namespace cudasim {

static int hookBarrier(int line, int predicate) { return running->barrier(line, predicate); }

static unsigned long long hookExchange(int kind, unsigned mask, unsigned long long value, unsigned source) {
    return running->exchange(kind, mask, value, source);
}

static void hookYield() { running->yield(); }

static void hookTrap(const char* what) { running->trap(what); }

static void hookAccess(const void* address, unsigned long bytes, bool write) { countAccess(address, bytes, write); }

const cudasim_hooks* launchHooks() {
    static const cudasim_hooks hooks = {hookBarrier, hookExchange, hookYield, hookTrap, hookAccess};
    return &hooks;
}

}  // namespace cudasim
