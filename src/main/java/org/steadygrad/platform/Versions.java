package org.steadygrad.platform;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Versions of the libraries at hand, as Maven wrote them into their jars. */
public final class Versions {
    private Versions() {}

    /** ND4J's version, or "unknown". Doesn't start ND4J. */
    public static String nd4j() {
        return of("org.nd4j", "nd4j-api");
    }

    static String of(String group, String artifact) {
        String path = "/META-INF/maven/" + group + "/" + artifact + "/pom.properties";
        try (InputStream in = Versions.class.getResourceAsStream(path)) {
            if (in == null) {
                return "unknown";
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}
