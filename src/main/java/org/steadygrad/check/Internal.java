package org.steadygrad.check;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On packages that only the toolkit itself calls: what is public there is so for packages beside it, and may change with any
 * version. What such a package does can be had by way of a {@link PublicApi} package, a run file or a command.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.PACKAGE)
public @interface Internal {}
