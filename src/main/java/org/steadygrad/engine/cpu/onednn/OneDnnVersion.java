package org.steadygrad.engine.cpu.onednn;

import java.util.Locale;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;

/** Which oneDNN is there, in words. */
public final class OneDnnVersion {
    private OneDnnVersion() {}

    /** For example "oneDNN 3.11.0 (avx512_core_bf16)". */
    public static String describe() {
        dnnl_version_t version = dnnl.dnnl_version();
        String set = dnnl.get_effective_cpu_isa().intern().name().toLowerCase(Locale.ROOT);
        return "oneDNN " + version.major() + "." + version.minor() + "." + version.patch() + " ("
                + set.replace("cpu_isa_", "") + ")";
    }
}
