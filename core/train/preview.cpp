#include "core/train/preview.h"

#include "core/train/counter_random.h"
#include "core/train/image_sheet.h"
namespace diffuscope::train {
torch::Tensor quickDdim(network::UNet& net, const std::vector<double>& alphaBar, const std::string& target,
                        torch::Tensor x, torch::Tensor classIds, double guidance, int steps)
{
    torch::NoGradGuard g;
    int T = int(alphaBar.size());
    int64_t B = x.size(0);
    for (int i = steps - 1; i >= 0; --i) {
        int t = int(std::lround(double(T - 1) * (i + 1) / steps)),
            s = i ? int(std::lround(double(T - 1) * i / steps)) : -1;
        double a = std::sqrt(alphaBar[t]), sg = std::sqrt(1 - alphaBar[t]),
               a2 = s < 0 ? 1 : std::sqrt(alphaBar[s]), s2 = s < 0 ? 0 : std::sqrt(1 - alphaBar[s]);
        torch::Tensor out;
        if (guidance == 1.0)
            out = net(x, torch::full({B}, double(t)), classIds);
        else {
            auto both = net(torch::cat({x, x}), torch::full({2 * B}, double(t)),
                            torch::cat({classIds, torch::full_like(classIds, net->nullClass())}))
                            .chunk(2);
            out = both[1] + guidance * (both[0] - both[1]);
        }
        auto x0 = target == "eps" ? (x - sg * out) / a : target == "x0" ? out : a * x - sg * out;
        x0 = x0.clamp(-1, 1);
        auto eps = (x - a * x0) / sg;
        x = a2 * x0 + s2 * eps;
    }
    return x;
}
void writeSamplePreview(network::UNet& net, const std::vector<double>& alphaBar, const std::string& target,
                        uint64_t seed, const std::string& path)
{
    const int classes = net->config().classes, rows = 4;
    auto x = torch::empty(
        {classes * rows, net->config().imageChannels, net->config().imageHeight, net->config().imageWidth});
    CounterRandom(seed, RandomStream::Preview, 0).fillNormal(x.data_ptr<float>(), x.numel());
    auto ids = torch::arange(classes).repeat({rows});
    auto dev = net->parameters()[0].device();
    writeImageSheet(path, quickDdim(net, alphaBar, target, x.to(dev), ids.to(dev), 1.5, 30), classes);
}
}  // namespace diffuscope::train
