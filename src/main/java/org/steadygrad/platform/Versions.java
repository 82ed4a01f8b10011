package org.steadygrad.platform;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** Versions of the libraries at hand, as Maven wrote them into their jars. */
public final class Versions {
    private static final String UNKNOWN = "unknown";

    private Versions() {}

    /** ND4J's version, or "unknown". Doesn't start ND4J. */
    public static String nd4j() {
        return of("org.nd4j", "nd4j-api");
    }

    /** Versions of JavaCPP and of its bindings to native libraries, by artifact; those that aren't on the class path are left out. */
    public static Map<String, String> ofBindings() {
        Map<String, String> versions = new LinkedHashMap<>();
        for (String artifact : List.of("javacpp", "dnnl", "openblas", "opencl", "cuda")) {
            String version = of("org.bytedeco", artifact);
            if (!version.equals(UNKNOWN)) {
                versions.put(artifact, version);
            }
        }
        return versions;
    }

    static String of(String group, String artifact) {
        String path = "/META-INF/maven/" + group + "/" + artifact + "/pom.properties";
        try (InputStream in = Versions.class.getResourceAsStream(path)) {
            if (in == null) {
                return UNKNOWN;
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", UNKNOWN);
        } catch (IOException e) {
            return UNKNOWN;
        }
    }
}
