// SPDX-License-Identifier: GPL-3.0-or-later
// The one list of samplers, in the order in which they are shown: each name is a function that a sampler's
// own file defines.
#pragma once

#define DIFFUSCOPE_SAMPLERS(SAMPLER) \
    SAMPLER(dpmpp2m)                 \
    SAMPLER(dpmpp3m)                 \
    SAMPLER(dpmpp2s)                 \
    SAMPLER(dpmpp3s)                 \
    SAMPLER(dpmpp2sAncestral)        \
    SAMPLER(dpmpp2mSde)              \
    SAMPLER(dpmpp3mSde)              \
    SAMPLER(dpmppSde)                \
    SAMPLER(unipc)                   \
    SAMPLER(saSolver)                \
    SAMPLER(saSolverPece)            \
    SAMPLER(ddim)                    \
    SAMPLER(ddimInverse)             \
    SAMPLER(bdiaDdim)                \
    SAMPLER(pndm)                    \
    SAMPLER(ipndm)                   \
    SAMPLER(ipndmV)                  \
    SAMPLER(euler)                   \
    SAMPLER(heun)                    \
    SAMPLER(heunPp)                  \
    SAMPLER(edmAblation)             \
    SAMPLER(dpm2)                    \
    SAMPLER(lms)                     \
    SAMPLER(gradientEstimation)      \
    SAMPLER(restart)                 \
    SAMPLER(ddpm)                    \
    SAMPLER(eulerAncestral)          \
    SAMPLER(dpm2Ancestral)           \
    SAMPLER(dpmSolver1)              \
    SAMPLER(dpmSolver2)              \
    SAMPLER(dpmSolver3)              \
    SAMPLER(dpmSolverMultistep)      \
    SAMPLER(dpmppInverse)            \
    SAMPLER(dpmFast)                 \
    SAMPLER(deis)                    \
    SAMPLER(resMultistep)            \
    SAMPLER(seeds2)                  \
    SAMPLER(seeds3)                  \
    SAMPLER(erSde)                   \
    SAMPLER(eulerCfgPp)              \
    SAMPLER(eulerAncestralCfgPp)     \
    SAMPLER(eulerPp)                 \
    SAMPLER(dpmpp2mCfgPp)            \
    SAMPLER(dpmpp2sAncestralCfgPp)   \
    SAMPLER(resMultistepCfgPp)       \
    SAMPLER(gradientEstimationCfgPp) \
    SAMPLER(lcm)                     \
    SAMPLER(tcd)                     \
    SAMPLER(flowEuler)               \
    SAMPLER(flowHeun)                \
    SAMPLER(dormandPrince)           \
    SAMPLER(dpmAdaptive)
