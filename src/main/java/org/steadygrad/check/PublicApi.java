package org.steadygrad.check;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On packages that are there to be called: their public types keep their meaning within a minor version, and what changes after
 * it stands in the change log. None of their signatures names a type of an {@link Internal} package.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.PACKAGE)
public @interface PublicApi {}
