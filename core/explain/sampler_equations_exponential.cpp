// Equations of the exponential integrators, which solve the part of the equation that is linear in x exactly.
#include "core/explain/equation_letters.h"

#include <functional>
#include <map>

namespace diffuscope::explain {

using namespace letters;
using recipe::SamplerSpec;

namespace {

const std::string stepLength = R"(h = λ_{t−1}−λ_{t}, λ = \rm{log}(α/σ))";
const std::string beforeIsLast =
    R"(t+1\rm{ marks estimates of the step before; the first step takes }D\rm{ = the one there is})";
/// −σ_{t−1}(e^h − 1) and −α_{t−1}(e^−h − 1): the factors of a constant estimate.
const std::string noiseFactor = "− σ_{t−1} (e^{h}−1) ";
const std::string imageFactor = "+ α_{t−1} (1−e^{−h}) ";

bool isHeunForm(const SamplerSpec& spec)
{
    return given<std::string>(spec, "solver_type", "midpoint") == "heun";
}

/// D of two estimates, (1 + 1/2r)·m − 1/2r·m_before.
std::string extrapolated(const std::string& now, const std::string& before)
{
    return R"(D = (1+\frac{1}{2r}) )" + now + R"( − \frac{1}{2r} )" + before +
           R"(, r = \frac{λ_{t}−λ_{t+1}}{h})";
}

SamplerEquation dpmSolver1(const SamplerSpec&)
{
    return {next + alphaRatio + " " + x + " " + noiseFactor + eps, {stepLength}, "Lu et al. 2022, eq. 3.7"};
}

SamplerEquation dpmSolver2(const SamplerSpec& spec)
{
    if (isHeunForm(spec))
        return {next + alphaRatio + " " + x + " " + noiseFactor + eps +
                    R"( − 2σ_{t−1} (\frac{e^{h}−1}{h}−1) ()" + epsAt(2) + "−" + eps + ")",
                {stepLength, epsAt(2) + R"(\rm{ is asked half-way in }λ)"},
                "Lu et al. 2022, eq. 3.4, Taylor form"};
    return {next + alphaRatio + " " + x + " " + noiseFactor + epsAt(2),
            {stepLength, epsAt(2) + R"(\rm{ is asked half-way in }λ)"},
            "Lu et al. 2022, algorithm 1"};
}

SamplerEquation dpmSolver3(const SamplerSpec&)
{
    return {next + alphaRatio + " " + x + " " + noiseFactor + eps +
                R"( − \frac{σ_{t−1}}{r_{2}} (\frac{e^{h}−1}{h}−1) ()" + epsAt(3) + "−" + eps + ")",
            {stepLength, R"(r_{2} = 2/3\rm{; }(2)\rm{ and }(3)\rm{ are asked one and two thirds on in }λ)"},
            "Lu et al. 2022, algorithm 2"};
}

SamplerEquation dpmSolverMultistep(const SamplerSpec& spec)
{
    const bool sde = given(spec, "sde", false);
    return {next + alphaRatio + " " + x + (sde ? " − 2σ_{t−1} (e^{h}−1) D" : " " + noiseFactor + "D") +
                (sde ? R"( + σ_{t−1} \sqrt{e^{2h}−1} )" + z : ""),
            {extrapolated(eps, epsBefore), stepLength, beforeIsLast},
            "Lu et al. 2022, eq. 3.7; multistep form of 2022b"};
}

SamplerEquation dpmpp2m(const SamplerSpec& spec)
{
    if (isHeunForm(spec))
        return {next + sigmaRatio + " " + x + " " + imageFactor + x0 +
                    R"( + α_{t−1} (1−\frac{1−e^{−h}}{h}) \frac{1}{r} ()" + x0 + "−" + x0Before + ")",
                {R"(r = \frac{λ_{t}−λ_{t+1}}{h})", stepLength},
                "Lu et al. 2022b, DPM-Solver++, Taylor form"};
    return {next + sigmaRatio + " " + x + " " + imageFactor + "D",
            {extrapolated(x0, x0Before), stepLength, beforeIsLast},
            "Lu et al. 2022b, DPM-Solver++, algorithm 2"};
}

SamplerEquation dpmpp3m(const SamplerSpec&)
{
    return {
        next + sigmaRatio + " " + x + " " + imageFactor + x0 +
            R"( + α_{t−1} (1−\frac{1−e^{−h}}{h}) D_{1} − α_{t−1} (\frac{e^{−h}−1+h}{h^{2}}−\frac{1}{2}) D_{2})",
        {R"(D_{1}, D_{2}\rm{: first and second differences of }\xo{\hat{x}_{0}}\rm{ in }λ)", stepLength},
        "Lu et al. 2022b, DPM-Solver++, third order"};
}

SamplerEquation dpmpp2s(const SamplerSpec& spec)
{
    if (given<std::string>(spec, "stages", "between") != "between")
        return {next + R"(\frac{σ_{t−1}}{σ_{s}} \xt{x_{s}} + α_{t−1} (1−e^{−h}) D)",
                {R"(s\rm{: where the group of steps began; }D\rm{ goes through the estimates made since})"},
                "Lu et al. 2022b, DPM-Solver++, algorithm 1, on levels of the grid"};
    return {next + sigmaRatio + " " + x + " " + imageFactor + x0At(2),
            {stepLength, x0At(2) + R"(\rm{ is asked half-way in }λ)"},
            "Lu et al. 2022b, DPM-Solver++, algorithm 1"};
}

SamplerEquation dpmpp3s(const SamplerSpec& spec)
{
    if (given<std::string>(spec, "stages", "between") != "between")
        return dpmpp2s(spec);
    return {next + sigmaRatio + " " + x + " " + imageFactor + x0 +
                R"( + \frac{α_{t−1}}{r_{2}} (1−\frac{1−e^{−h}}{h}) ()" + x0At(3) + "−" + x0 + ")",
            {stepLength, R"(r_{2} = 2/3\rm{; }(2)\rm{ and }(3)\rm{ are asked one and two thirds on in }λ)"},
            "Lu et al. 2022b, DPM-Solver++, third order"};
}

SamplerEquation dpmppSde(const SamplerSpec& spec)
{
    const bool third = spec.id == "dpmpp_3m_sde";
    return {next + sigmaRatio + " e^{−η^{2}h} " + x + R"( + α_{t−1} (1−e^{−(1+η^{2})h}) D + )" +
                R"(σ_{t−1} \sqrt{1−e^{−2η^{2}h}} )" + z,
            {third ? R"(D\rm{ goes through the last three }\xo{\hat{x}_{0}})" : extrapolated(x0, x0Before),
             stepLength, beforeIsLast},
            third ? "k-diffusion, sample_dpmpp_3m_sde" : "Lu et al. 2022b, SDE-DPM-Solver++"};
}

SamplerEquation unipc(const SamplerSpec& spec)
{
    const std::vector<std::string> where{
        R"(x_{t}^{c}\rm{: }\xt{x_{t}}\rm{ corrected by the estimate made there})",
        R"(B(h) = e^{h}−1\rm{ or }h\rm{; }a_{i}\rm{ from the order conditions})", stepLength};
    if (given<std::string>(spec, "extrapolate", "image") == "noise")
        return {next + alphaRatio + R"( \xt{x_{t}^{c}} )" + noiseFactor + eps +
                    R"( − σ_{t−1} B(h) ∑_{i} \frac{a_{i}}{r_{i}} (\ep{\hat{ε}_{t+i}}−)" + eps + ")",
                where, "Zhao et al. 2023, algorithms 1 and 2"};
    return {next + sigmaRatio + R"( \xt{x_{t}^{c}} )" + imageFactor + x0 +
                R"( − α_{t−1} B(h) ∑_{i} \frac{a_{i}}{r_{i}} (\xo{\hat{x}_{0,t+i}}−)" + x0 + ")",
            where, "Zhao et al. 2023, algorithms 1 and 2"};
}

SamplerEquation saSolver(const SamplerSpec& spec)
{
    const bool noise = given<std::string>(spec, "extrapolate", "image") == "noise";
    const std::vector<std::string> where{
        R"(x_{t}^{c}\rm{: }\xt{x_{t}}\rm{ corrected by the estimate made there})",
        R"(b_{i}\rm{: weights of the polynomial through the last estimates})", stepLength};
    if (noise)
        return {next + alphaRatio + R"( \xt{x_{t}^{c}} − σ_{t−1} ∑_{i} b_{i} \ep{\hat{ε}_{t+i}} + )" +
                    R"(σ_{t−1} τ \sqrt{e^{2h}−1} )" + z,
                where, "Xue et al. 2023, appendix A.2"};
    return {next + sigmaRatio +
                R"( e^{−τ^{2}h} \xt{x_{t}^{c}} + α_{t−1} ∑_{i} b_{i} \xo{\hat{x}_{0,t+i}} + )" +
                R"(σ_{t−1} \sqrt{1−e^{−2τ^{2}h}} )" + z,
            where, "Xue et al. 2023, eq. 14 and 17"};
}

SamplerEquation deis(const SamplerSpec&)
{
    return {next + alphaRatio + " " + x + R"( + α_{t−1} ∑_{j} (∫_{k_{t}}^{k_{t−1}} ℓ_{j}(\rm{log} k) dk) )" +
                R"(\ep{\hat{ε}_{t+j}})",
            {"k = σ/α", R"(ℓ_{j}\rm{: the Lagrange polynomials over the last levels})"},
            "Zhang & Chen 2023, DEIS, eq. 15"};
}

SamplerEquation resMultistep(const SamplerSpec& spec)
{
    const bool noise = given(spec, "eta", 0.0) > 0;
    return {next + R"(α_{t−1} (e^{−h} \frac{)" + x + "}{α_{t}} + h b_{1} " + x0 + " + h b_{2} " + x0Before +
                ")" + (noise ? " + α_{t−1} k_{↑} " + z : ""),
            {noise ? R"(h = \rm{log}(k_{t}/k_{↓}), k_{↑}^{2}+k_{↓}^{2} = k_{t−1}^{2})" : stepLength,
             R"(b_{1}, b_{2}\rm{ from the order conditions})"},
            "Zhang et al. 2023, arXiv 2308.02157"};
}

}  // namespace

bool exponentialEquation(const SamplerSpec& spec, SamplerEquation& equation)
{
    static const std::map<std::string, std::function<SamplerEquation(const SamplerSpec&)>> all{
        {"dpm_solver_1", dpmSolver1},
        {"dpm_solver_2", dpmSolver2},
        {"dpm_solver_3", dpmSolver3},
        {"dpm_solver_multistep", dpmSolverMultistep},
        {"dpmpp_2m", dpmpp2m},
        {"dpmpp_3m", dpmpp3m},
        {"dpmpp_2s", dpmpp2s},
        {"dpmpp_3s", dpmpp3s},
        {"dpmpp_2m_sde", dpmppSde},
        {"dpmpp_3m_sde", dpmppSde},
        {"unipc", unipc},
        {"sa_solver", saSolver},
        {"deis", deis},
        {"res_multistep", resMultistep}};
    const auto found = all.find(spec.id);
    if (found == all.end())
        return false;
    equation = found->second(spec);
    return true;
}

}  // namespace diffuscope::explain
