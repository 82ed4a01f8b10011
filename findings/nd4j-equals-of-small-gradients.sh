#!/usr/bin/env bash
# ND4J 1.0.0-M2.1: two arrays of small numbers are equal, whatever their numbers are.
# Guess before: equals() compares exactly, or relative to the size of the numbers.
# Seen: it allows an absolute difference of 1e-5, so that a vanished gradient equals its negative, and zero; a test of small gradients
# by assertEquals can't fail. hashCode() differs, against the contract of Object. equalsWithEps(other, 0) is exact.
# Needs a JDK (17 or newer) and Maven. Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>findings</groupId>
  <artifactId>nd4j</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.nd4j</groupId>
      <artifactId>nd4j-native</artifactId>
      <version>1.0.0-M2.1</version>
    </dependency>
    <dependency>
      <groupId>org.nd4j</groupId>
      <artifactId>nd4j-native</artifactId>
      <version>1.0.0-M2.1</version>
      <classifier>linux-x86_64</classifier>
    </dependency>
    <dependency>
      <groupId>org.bytedeco</groupId>
      <artifactId>openblas</artifactId>
      <version>0.3.19-1.5.7</version>
      <classifier>linux-x86_64</classifier>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-nop</artifactId>
      <version>1.7.21</version>
    </dependency>
  </dependencies>
</project>
XML
mvn -B -q -f "$folder/pom.xml" dependency:build-classpath -Dmdep.outputFile="$folder/classpath"
cat > "$folder/Finding.java" <<'JAVA'
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
    public static void main(String[] arguments) {
        INDArray gradient = Nd4j.createFromArray(3e-6f, -4e-6f);
        INDArray negative = gradient.neg();
        boolean equal = gradient.equals(negative) && gradient.equals(Nd4j.zeros(2).castTo(gradient.dataType()));
        boolean hash = gradient.hashCode() == negative.hashCode();
        boolean exact = gradient.equalsWithEps(negative, 0);
        System.out.println(gradient + " equals " + negative + " and zero: " + equal + ", same hash code: " + hash + ", with a tolerance of 0: " + exact);
        System.exit(equal && !hash && !exact ? 0 : 1);
    }
}
JAVA
java -cp "$(cat "$folder/classpath")" "$folder/Finding.java"
