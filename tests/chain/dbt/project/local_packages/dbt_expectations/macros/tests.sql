{# The test of the package with this name that the models use. #}
{% test expect_column_values_to_be_in_set(model, column_name, value_set, row_condition=none) %}
select * from {{ model }}
where {{ column_name }} not in ({% for one in value_set %}'{{ one }}'{{ "," if not loop.last }}{% endfor %})
{% if row_condition %} and {{ row_condition }}{% endif %}
{% endtest %}
