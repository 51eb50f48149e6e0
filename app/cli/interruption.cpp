#include "app/cli/interruption.h"

#include <csignal>

namespace diffuscope::cli {

namespace {

volatile std::sig_atomic_t interruptionCame = 0;

}  // namespace

void watchForInterruption()
{
    std::signal(
        SIGINT, [](int) { interruptionCame = 1; });
    std::signal(SIGTERM, [](int) { interruptionCame = 1; });
}

bool isInterrupted()
{
    return interruptionCame != 0;
}

}  // namespace diffuscope::cli
