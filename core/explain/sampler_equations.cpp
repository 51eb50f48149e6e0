#include "core/explain/sampler_equations.h"

#include "core/base/error.h"
#include "core/explain/equation_letters.h"

#include <algorithm>
#include <functional>
#include <map>

namespace diffuscope::explain {

using namespace letters;
using recipe::SamplerSpec;
using samplers::StepQuantity;

namespace {

const std::string ratioOfNoise = "k = σ/α";
const std::string earlierSteps =
    R"(t+1\rm{ marks estimates of the step before; first steps use the few there are})";

SamplerEquation ddpm(const SamplerSpec& spec)
{
    const std::string variance = given<std::string>(spec, "variance", "fixed_small");
    std::string sigma = R"(σ_{t}^{2} = \frac{1−\bar{α}_{t−1}}{1−\bar{α}_{t}} β_{t})";
    if (variance == "fixed_large")
        sigma = "σ_{t}^{2} = β_{t}";
    else if (variance == "learned_range")
        sigma = R"(σ_{t}\rm{ as the network says, between }\tilde{β}_{t}\rm{ and }β_{t})";
    return {next + R"(\frac{1}{\sqrt{α_{t}}} ()" + x + R"( − \frac{β_{t}}{\sqrt{1−\bar{α}_{t}}} )" + eps +
                ") + σ_{t} " + z,
            {R"(α_{t} = 1−β_{t} = \bar{α}_{t}/\bar{α}_{t−1})", sigma},
            "Ho et al. 2020, algorithm 2"};
}

SamplerEquation ddim(const SamplerSpec& spec)
{
    if (given(spec, "eta", 0.0) == 0)
        return {next + R"(\sqrt{\bar{α}_{t−1}} )" + x0 + R"( + \sqrt{1−\bar{α}_{t−1}} )" + eps,
                {},
                "Song et al. 2021, DDIM, eq. 12"};
    return {
        next + R"(\sqrt{\bar{α}_{t−1}} )" + x0 + R"( + \sqrt{1−\bar{α}_{t−1}−σ_{t}^{2}} )" + eps +
            " + σ_{t} " + z,
        {R"(σ_{t} = η \sqrt{\frac{1−\bar{α}_{t−1}}{1−\bar{α}_{t}}} \sqrt{1−\frac{\bar{α}_{t}}{\bar{α}_{t−1}}})"},
        "Song et al. 2021, DDIM, eq. 12 and 16"};
}

SamplerEquation euler(const SamplerSpec& spec)
{
    std::vector<std::string> where{ratioOfNoise};
    if (given(spec, "churn", 0.0) > 0)
        where.push_back(R"(\rm{first, noise })" + z + R"(\rm{ lifts }k_{t}\rm{ a little (churn)})");
    return {R"(\frac{x_{t−1}}{α_{t−1}} = \frac{)" + x + R"(}{α_{t}} + (k_{t−1}−k_{t}) )" + eps, where,
            "Karras et al. 2022, algorithm 2"};
}

SamplerEquation secondOrder(const SamplerSpec& spec)
{
    std::vector<std::string> where{ratioOfNoise};
    const bool isHeun = spec.id == "heun";
    where.push_back(isHeun ? epsAt(2) + R"(\rm{ is asked at }t−1\rm{, where an Euler step lands})"
                           : epsAt(2) + R"(\rm{ is asked half-way, at }k = \sqrt{k_{t} k_{t−1}})");
    if (given(spec, "churn", 0.0) > 0)
        where.push_back(R"(\rm{first, noise })" + z + R"(\rm{ lifts }k_{t}\rm{ a little (churn)})");
    const std::string slope = isHeun ? R"(\frac{1}{2} ()" + eps + " + " + epsAt(2) + ")" : epsAt(2);
    return {next + alphaRatio + " " + x + " + α_{t−1} (k_{t−1}−k_{t}) " + slope, where,
            isHeun ? "Karras et al. 2022, algorithm 2" : "k-diffusion, sample_dpm_2"};
}

SamplerEquation restart(const SamplerSpec&)
{
    return {next + alphaRatio + " " + x + R"( + α_{t−1} (k_{t−1}−k_{t}) \frac{1}{2} ()" + eps + " + " +
                epsAt(2) + ")",
            {ratioOfNoise, R"(\rm{once, at }k ≤ t_{\rm{min}}\rm{: K times noise })" + z +
                               R"(\rm{ up to }t_{\rm{max}}\rm{ and Heun steps down again})"},
            "Xu et al. 2023, algorithm 1"};
}

SamplerEquation adamsBashforth(const SamplerSpec& spec)
{
    const std::string sum = R"(\frac{1}{24} (55 )" + eps + " − 59 " + epsBefore +
                            R"( + 37 \ep{\hat{ε}_{t+2}} )" + R"(− 9 \ep{\hat{ε}_{t+3}}))";
    std::vector<std::string> where{"e = " + sum, ratioOfNoise, earlierSteps};
    if (spec.id == "pndm" && given<std::string>(spec, "extrapolate", "eps") == "v")
        where[0] += R"(\rm{, of }v = α_{t} )" + eps + " − σ_{t} " + x0 + R"(\rm{ in place of }\hat{ε})";
    return {
        next + alphaRatio + " " + x + " + α_{t−1} (k_{t−1}−k_{t}) e", where,
        spec.id == "pndm" ? "Liu et al. 2022, PNDM, eq. 11 and 12" : "Zhang & Chen 2023, DEIS, section 3.2"};
}

SamplerEquation lms(const SamplerSpec&)
{
    return {next + alphaRatio + " " + x + R"( + α_{t−1} ∑_{j} (∫_{k_{t}}^{k_{t−1}} ℓ_{j} dk) )" +
                R"(\ep{\hat{ε}_{t+j}})",
            {ratioOfNoise, R"(ℓ_{j}\rm{: the Lagrange polynomials over the last levels})", earlierSteps},
            "k-diffusion, sample_lms"};
}

SamplerEquation gradientEstimation(const SamplerSpec&)
{
    return {
        next + alphaRatio + " " + x + " + α_{t−1} (k_{t−1}−k_{t}) (γ " + eps + " + (1−γ) " + epsBefore + ")",
        {ratioOfNoise, earlierSteps},
        "Permenter & Yuan 2023, eq. 8"};
}

SamplerEquation ancestral(const SamplerSpec& spec)
{
    const std::vector<std::string> where{R"(k_{↑} = η k_{t−1} \sqrt{1−k_{t−1}^{2}/k_{t}^{2}})",
                                         R"(k_{↓} = \sqrt{k_{t−1}^{2}−k_{↑}^{2}})", ratioOfNoise};
    if (spec.id == "euler_a")
        return {next + "α_{t−1} " + x0 + " + α_{t−1} k_{↓} " + eps + " + α_{t−1} k_{↑} " + z, where,
                "k-diffusion, sample_euler_ancestral"};
    return {next + alphaRatio + " " + x + " + α_{t−1} (k_{↓}−k_{t}) " + epsAt(2) + " + α_{t−1} k_{↑} " + z,
            where, "k-diffusion, sample_dpm_2_ancestral"};
}

SamplerEquation inverseDdim(const SamplerSpec&)
{
    return {R"(x_{t+1} = \sqrt{\bar{α}_{t+1}} )" + x0 + R"( + \sqrt{1−\bar{α}_{t+1}} )" + eps,
            {R"(t+1\rm{ is the noisier level that the step leads to})"},
            "Song et al. 2021, DDIM, section 4.3"};
}

SamplerEquation lcm(const SamplerSpec&)
{
    return {
        next + "α_{t−1} (c_{\\rm{skip}} " + x + " + c_{\\rm{out}} " + x0 + ") + σ_{t−1} " + z,
        {R"(c_{\rm{skip}} = \frac{σ_{d}^{2}}{(st)^{2}+σ_{d}^{2}}, c_{\rm{out}} = \frac{st}{\sqrt{(st)^{2}+σ_{d}^{2}}})"},
        "Luo et al. 2023, algorithm 3 and eq. 8"};
}

SamplerEquation tcd(const SamplerSpec&)
{
    return {next + R"(\frac{α_{t−1}}{α_{s}} (α_{s} )" + x0 + " + σ_{s} " + eps +
                R"() + \sqrt{σ_{t−1}^{2}−\frac{α_{t−1}^{2}}{α_{s}^{2}}σ_{s}^{2}} )" + z,
            {R"(s = (1−γ)(t−1)\rm{, the time that is jumped to})"},
            "Zheng et al. 2024, algorithm 4"};
}

SamplerEquation flow(const SamplerSpec& spec)
{
    if (spec.id == "flow_heun")
        return {next + x + R"( + (σ_{t−1}−σ_{t}) \frac{1}{2} (v + v^{(2)}))",
                {"v = " + eps + " − " + x0 + R"(\rm{; on other schedules }x/(α+σ)\rm{ and }σ/(α+σ))",
                 R"(v^{(2)}\rm{ is asked at }t−1\rm{, where an Euler step lands})"},
                "Liu et al. 2022, eq. 1; Karras et al. 2022, algorithm 2"};
    if (given(spec, "stochastic", false))
        return {next + "α_{t−1} " + x0 + " + σ_{t−1} " + z, {}, "Liu et al. 2022, eq. 1, with fresh noise"};
    return {
        next + x + " + (σ_{t−1}−σ_{t}) v",
        {"v = " + eps + " − " + x0, "x_{t−1} = α_{t−1} " + x0 + " + σ_{t−1} " + eps + R"(\rm{ is the same})"},
        "Liu et al. 2022, eq. 1"};
}

SamplerEquation adaptive(const SamplerSpec& spec)
{
    if (spec.id == "rk45")
        return {R"(\frac{dy}{du} = k )" + eps + R"(, y = \frac{)" + x + R"(}{α_{t}}, u = \rm{log} k)",
                {R"(\rm{solved by Dormand–Prince 5(4) with steps of its own})"},
                "Dormand & Prince 1980, table 2"};
    return {next + alphaRatio + " " + x + " − σ_{t−1} (e^{h}−1) D",
            {R"(D\rm{ of two orders; their difference sets the length of each sub-step})"},
            "Lu et al. 2022, appendix C"};
}

const std::map<std::string, std::function<SamplerEquation(const SamplerSpec&)>>& equations()
{
    static const std::map<std::string, std::function<SamplerEquation(const SamplerSpec&)>> all{
        {"ddpm", ddpm},
        {"ddim", ddim},
        {"ddim_inverse", inverseDdim},
        {"euler", euler},
        {"heun", secondOrder},
        {"dpm2", secondOrder},
        {"restart", restart},
        {"pndm", adamsBashforth},
        {"ipndm", adamsBashforth},
        {"lms", lms},
        {"gradient_estimation", gradientEstimation},
        {"euler_a", ancestral},
        {"dpm2_a", ancestral},
        {"lcm", lcm},
        {"tcd", tcd},
        {"flow_euler", flow},
        {"flow_heun", flow},
        {"rk45", adaptive},
        {"dpm_adaptive", adaptive}};
    return all;
}

}  // namespace

SamplerEquation samplerEquation(const SamplerSpec& given)
{
    SamplerSpec spec = given;
    std::replace(spec.id.begin(), spec.id.end(), '-', '_');
    SamplerEquation equation;
    if (exponentialEquation(spec, equation))
        return equation;
    const auto found = equations().find(spec.id);
    if (found == equations().end())
        throw Error(ErrorCode::invalidOption, "There is no equation of a sampler \"" + given.id + "\".",
                    "Choose a sampler of the list.");
    return found->second(spec);
}

std::string quantitySymbol(const StepQuantity& quantity, int step)
{
    const int back = step - quantity.step;
    const std::string time = back == 0 ? "t" : "t+" + std::to_string(back);
    const std::string before = back == 0 ? "" : time;
    const std::string number = quantity.index == 0 ? "" : "^{(" + std::to_string(quantity.index + 1) + ")}";
    switch (quantity.kind) {
        case StepQuantity::Kind::state:
            return R"(\xt{x_{)" + time + "}}";
        case StepQuantity::Kind::x0Hat:
            return R"(\xo{\hat{x}_{0)" + (before.empty() ? "" : "," + before) + "}" + number + "}";
        case StepQuantity::Kind::epsHat:
            return R"(\ep{\hat{ε})" + (before.empty() ? "" : "_{" + before + "}") + number + "}";
        case StepQuantity::Kind::noise:
            return R"(\nz{z)" + (before.empty() ? "" : "_{" + before + "}") + number + "}";
    }
    return {};
}

std::string nextSymbol(const SamplerSpec& spec)
{
    return spec.id == "ddim_inverse" || spec.id == "ddim-inverse" ? "x_{t+1}" : "x_{t−1}";
}

}  // namespace diffuscope::explain
