// Which devices a process sees, as NVIDIA's driver reads CUDA_VISIBLE_DEVICES.
#pragma once

#include <string>
#include <vector>

namespace cudasim {

/// A device as it is listed: a GPU, or an instance of one in MIG mode.
struct Seen {
    int gpu;
    int instance;  // -1 for a whole GPU
    std::string name;
};

/// CUDASIM_DEVICES GPUs, each with CUDASIM_MIG instances, as far as CUDA_VISIBLE_DEVICES lets them be seen and in its order.
const std::vector<Seen>& visibleDevices();

/// The rules alone. `variable` is null when it isn't set.
std::vector<Seen> visibleDevices(int gpus, int instances, const char* variable);

/// For example GPU-00000000-0000-0000-0000-000000000001, and MIG-00000001-0000-0000-0000-000000000002.
std::string gpuId(int gpu);
std::string instanceId(int gpu, int instance);

}  // namespace cudasim
