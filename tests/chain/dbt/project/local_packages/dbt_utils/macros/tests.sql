{# The tests of the package with this name that the models use, as far as this project needs them. #}
{% test accepted_range(model, column_name, min_value=none, max_value=none, inclusive=true) %}
select * from {{ model }} where false
{% if min_value is not none %}
or not {{ column_name }} >{{ "=" if inclusive }} {{ min_value }}
{% endif %}
{% if max_value is not none %}
or not {{ column_name }} <{{ "=" if inclusive }} {{ max_value }}
{% endif %}
{% endtest %}

{% test expression_is_true(model, expression, column_name=none) %}
select * from {{ model }} where not({{ column_name or "" }} {{ expression }})
{% endtest %}

{% test unique_combination_of_columns(model, combination_of_columns) %}
select {{ combination_of_columns | join(", ") }} from {{ model }}
group by {{ combination_of_columns | join(", ") }} having count(*) > 1
{% endtest %}

{% test sequential_values(model, column_name, interval=1, datepart=none) %}
select * from {{ model }} where false
{% endtest %}
